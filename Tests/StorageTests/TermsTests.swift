import Metering
import Testing

@testable import Storage

struct TermsTests {
    private func judged() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        let readings = [
            reading(at: moment), reading(at: moment + hour), reading(at: moment - 99 * 24 * hour),
        ]
        for one in readings { _ = try await store.store([arrival([one])], at: moment) }
        _ = try await store.seal(at: moment)
        for point in try await store.unjudgedPoints(stage: "s") {
            let progress = Progress(stage: "s", point: point.point, mark: point.mark, lastReadingAt: nil)
            try await store.store([Judgement(usageDays: [], changes: [], progress: progress)], at: moment)
        }
        return store
    }

    private func judge(_ terms: String, _ store: MeterStore) async throws -> Bool {
        try await store.judge(by: terms, formerly: "shipped", stage: "s", at: moment)
    }

    @Test func `a store that remembers none was judged by the former ones`() async throws {
        let store = try await judged()
        #expect(try await judge("shipped", store) == false)
        #expect(try await store.unjudgedPoints(stage: "s").isEmpty)
        #expect(try await store.auditLog().isEmpty)
    }

    @Test func `under other terms every point is unjudged from its first reading on, once`() async throws {
        let store = try await judged()
        #expect(try await judge("other", store))
        let unjudged = try await store.unjudgedPoints(stage: "s")
        #expect(unjudged.map(\.point) == [.first], "a point without readings has nothing to judge")
        #expect(unjudged.map(\.earliest) == [moment - 99 * 24 * hour], "also where it is sealed")
        #expect(try await store.auditLog().map(\.action) == ["rejudge"])
        #expect(try await judge("other", store) == false)
        #expect(try await judge("shipped", store))
        #expect(try await store.verify() == [])
    }

    @Test func `terms that can't be remembered change nothing`() async throws {
        let store = try await judged()
        let before = try await store.everything()
        await #expect(throws: StoreError.self) { try await judge("", store) }
        #expect(try await store.everything() == before)
    }
}
