import Alerting
import Metering
import Testing

@testable import Storage

struct JudgementTests {
    private func storeWithOneReading() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()], key: "a")], at: moment)
        return store
    }

    @Test func `a judgement is kept whole: usage, incident, mail and progress`() async throws {
        let store = try await storeWithOneReading()
        let opened = try await store.store([.ofLeak()], at: moment + hour)
        let id = try #require(opened.first)
        #expect(id.description == "INC-000001")
        let days = LocalDay(containing: moment)..<LocalDay(containing: moment).advanced(by: 2)
        #expect(try await store.dailyUsage(of: .first, in: days) == [usage()])
        #expect(try await store.incident(id)?.openedAt == moment + hour)
        #expect(try await store.mail(about: id).map(\.intent) == [draft(for: finding()).intent(for: id)])
        #expect(try await store.progress(stage: "judgement") == [.first: judged(upTo: 1)])
        #expect(try await store.verify() == [])
    }

    @Test(arguments: ["daily_usage", "incident", "incident_event", "mail", "progress"])
    func `a judgement is kept whole or not at all`(table: String) async throws {
        let store = try await storeWithOneReading()
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        let error = await #expect(throws: StoreError.self) {
            try await store.store([.ofLeak()], at: moment + hour)
        }
        #expect(error?.cause == "injected")
        #expect(try await store.everything() == before)
        try await store.letWritesPass()
        #expect(try await store.store([.ofLeak()], at: moment + hour) == [Incident.ID(1)])
    }

    @Test func `a judgement that names an unknown point undoes its neighbours too`() async throws {
        let store = try await storeWithOneReading()
        let before = try await store.everything()
        let error = await #expect(throws: StoreError.self) {
            try await store.store([.ofLeak(), Judgement(usageDays: [usage(.unknown)])], at: moment)
        }
        #expect(error?.code == .notFound)
        #expect(try await store.everything() == before)
    }

    @Test func `a crash between the two transactions leaves the point unjudged`() async throws {
        let folder = try TemporaryFolder()
        do {
            let store = try await MeterStore.open(folder: folder.path, as: .collector)
            try await store.register([registered(.first), registered(.second)])
            _ = try await store.store([arrival([reading()], key: "a")], at: moment)
        }
        let again = try await MeterStore.open(folder: folder.path, as: .collector)
        let unjudged = try await again.unjudgedPoints(stage: "judgement")
        #expect(unjudged == [UnjudgedPoint(point: .first, mark: 1, earliest: moment)])
        try await again.store([.ofLeak(mark: 1)], at: moment)
        #expect(try await again.unjudgedPoints(stage: "judgement") == [])
    }

    @Test func `what arrives while a point is judged stays unjudged`() async throws {
        let store = try await storeWithOneReading()
        _ = try await store.store([arrival([reading(at: moment - 96 * hour, litres: 1)])], at: moment)
        try await store.store([Judgement(progress: judged(upTo: 2))], at: moment)
        _ = try await store.store([arrival([reading(at: moment + hour, litres: 110)])], at: moment + hour)
        let mark = try #require(try await store.unjudgedPoints(stage: "judgement").first?.mark)
        let late = reading(at: moment - 48 * hour, litres: 40)
        _ = try await store.store([arrival([late], key: "late")], at: moment + hour)
        try await store.store([.ofLeak(mark: mark)], at: moment + hour)
        let unjudged = try await store.unjudgedPoints(stage: "judgement")
        #expect(unjudged == [UnjudgedPoint(point: .first, mark: 4, earliest: moment - 48 * hour)])
    }

    @Test func `a late reading names the instant from which on judgement is out of date`() async throws {
        let store = try await storeWithOneReading()
        try await store.store([.ofLeak(mark: 1)], at: moment)
        let readings = [reading(at: moment + hour, litres: 110), reading(at: moment - hour, litres: 90)]
        _ = try await store.store([arrival(readings, key: "b")], at: moment + hour)
        #expect(try await store.unjudgedPoints(stage: "judgement").map(\.earliest) == [moment - hour])
    }

    @Test func `a duplicate leaves nothing to judge`() async throws {
        let store = try await storeWithOneReading()
        try await store.store([.ofLeak(mark: 1)], at: moment)
        _ = try await store.store([arrival([reading()], key: "b")], at: moment + hour)
        #expect(try await store.unjudgedPoints(stage: "judgement") == [])
    }

    @Test func `stages go at their own pace`() async throws {
        let store = try await storeWithOneReading()
        try await store.store([Judgement(progress: judged(upTo: 1))], at: moment)
        #expect(try await store.unjudgedPoints(stage: "billing").map(\.point) == [.first])
    }

    @Test func `progress never goes back`() async throws {
        let store = try await storeWithOneReading()
        _ = try await store.store([arrival([reading(at: moment + hour)], key: "b")], at: moment)
        try await store.store([Judgement(progress: judged(upTo: 2))], at: moment)
        try await store.store([Judgement(progress: judged(upTo: 1))], at: moment)
        #expect(try await store.unjudgedPoints(stage: "judgement") == [])
    }

    @Test func `a day of which nothing is known any more is no longer kept, others stay`() async throws {
        let store = try await storeWithOneReading()
        let all = [usage(), usage(day: 1), usage(day: 2), usage(.second, day: 2)]
        try await store.store([Judgement(usageDays: all)], at: moment)
        let first = LocalDay(containing: moment)
        try await store.store(
            [
                Judgement(
                    usageDays: [usage(day: 1)],
                    usageSince: first.advanced(by: 1),
                    progress: judged(upTo: 1)
                )
            ],
            at: moment
        )
        let days = first..<first.advanced(by: 9)
        #expect(try await store.dailyUsage(of: .first, in: days) == [usage(), usage(day: 1)])
        #expect(try await store.dailyUsage(of: .second, in: days) == [usage(.second, day: 2)])
        let nothing = Judgement(usageSince: first, progress: judged(upTo: 1))
        try await store.store([nothing], at: moment)
        #expect(try await store.dailyUsage(of: .first, in: days) == [])
    }

    @Test func `a day judged again replaces the day judged before`() async throws {
        let store = try await storeWithOneReading()
        try await store.store([Judgement(usageDays: [usage(litres: 1), usage(day: 1)])], at: moment)
        try await store.store([Judgement(usageDays: [usage(litres: 2), usage(.second)])], at: moment + hour)
        let day = LocalDay(containing: moment)
        #expect(try await store.dailyUsage(on: day) == [usage(litres: 2), usage(.second)])
        let judged = try await store.texts("SELECT judged_utc FROM daily_usage WHERE point_key = 1")
        #expect(judged == ["\((moment + hour).secondsSince1970)", "\(moment.secondsSince1970)"])
    }
}
