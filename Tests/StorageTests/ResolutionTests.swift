import Metering
import Testing

@testable import Storage

struct ResolutionTests {
    private static let exchange = MeterExchange(
        point: .first,
        at: moment + hour,
        closing: .litres(110),
        opening: .litres(2),
        newMeter: .new
    )

    private func store() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        for (number, litres) in [100, 500, 120].enumerated() {
            let at = moment + Int64(number) * hour
            _ = try await store.store([arrival([reading(at: at, litres: Int64(litres))])], at: at)
        }
        return store
    }

    private func resolution(_ act: Resolution.Act, from: Int64 = 1, to: Int64 = 2, reason: String = "seen")
        -> Resolution
    {
        Resolution(
            point: .first,
            from: moment + from * hour,
            to: moment + to * hour,
            act: act,
            by: "sato",
            reason: reason
        )
    }

    private func litres(_ store: MeterStore, asOf: Instant? = nil) async throws -> [Int64] {
        try await store.allReadings(asOf: asOf).map(\.index.roundedLitres)
    }

    @Test func `a corrected reading is a higher revision with a capture of its own, and undone yet another`()
        async throws
    {
        let store = try await store()
        let number = try await store.record(resolution(.correction(.litres(110))), at: moment + 9 * hour)
        #expect(try await litres(store) == [100, 110, 120])
        #expect(try await litres(store, asOf: moment + 8 * hour) == [100, 500, 120])
        let corrected = try #require(try await store.allReadings().first { $0.at == moment + hour })
        #expect(corrected.revision == 2)
        let capture = try #require(try await store.capture(of: corrected))
        #expect((capture.path, capture.source) == (Path.ID("resolution"), "sato"))
        try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment + 10 * hour)
        #expect(try await litres(store) == [100, 500, 120])
        #expect(try await store.allReadings().map(\.revision) == [1, 3, 1])
        #expect(try await store.auditLog().map(\.action) == ["resolve", "undo_resolution"])
        #expect(try await store.verify() == [])
    }

    @Test func `an exchange found afterwards counts like an announced one until it is undone`() async throws {
        let store = try await store()
        let number = try await store.record(
            resolution(.exchange(ResolutionTests.exchange)),
            at: moment + 9 * hour
        )
        #expect(try await store.exchanges(of: .first) == [ResolutionTests.exchange])
        #expect(try await store.registeredPoint(.first)?.meter.id == .new)
        try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment + 10 * hour)
        #expect(try await store.exchanges(of: .first) == [])
        #expect(try await store.exchanges(of: .first, asOf: moment + 9 * hour) == [ResolutionTests.exchange])
        #expect(try await store.registeredPoint(.first) == registered(.first))
        #expect(try await store.record(ResolutionTests.exchange, by: "sato", at: moment + 11 * hour))
        #expect(try await store.exchanges(of: .first) == [ResolutionTests.exchange])
        #expect(try await store.registeredPoint(.first)?.meter.id == .new)
        #expect(try await store.verify() == [])
    }

    @Test func `undoing an older exchange leaves the newer meter in place`() async throws {
        let store = try await store()
        let number = try await store.record(resolution(.exchange(ResolutionTests.exchange)), at: moment)
        let later = MeterExchange(
            point: .first,
            at: moment + 50 * hour,
            closing: .litres(9),
            opening: .zero,
            newMeter: .between
        )
        try await store.record(later, by: "sato", at: moment)
        try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment)
        #expect(try await store.registeredPoint(.first)?.meter.id == .between)
        #expect(try await store.exchanges(of: .first) == [later])
    }

    @Test func `an invalid stretch is told until it is undone, each as it was known`() async throws {
        let store = try await store()
        let number = try await store.record(resolution(.invalid), at: moment + 9 * hour)
        let span = moment + hour..<moment + 2 * hour
        #expect(try await store.invalidSpans(of: .first) == [span])
        #expect(try await store.invalidSpans(of: .first, asOf: moment) == [])
        #expect(try await store.invalidSpans(of: .second) == [])
        try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment + 10 * hour)
        #expect(try await store.invalidSpans(of: .first) == [])
        #expect(try await store.invalidSpans(of: .first, asOf: moment + 9 * hour) == [span])
        let all = try await store.resolutions(of: .first, includingUndone: true)
        #expect(all.map(\.kind) == ["invalid"] && all.map(\.undoneAt) == [moment + 10 * hour])
        #expect(try await store.resolutions() == [])
    }

    @Test func `the last evidence before a range is no invalid reading`() async throws {
        let store = try await store()
        let range = moment + 2 * hour..<moment + 3 * hour
        func first() async throws -> Instant? {
            try await store.readings(of: .first, in: range, includingBefore: true).first?.at
        }
        #expect(try await first() == moment + hour)
        _ = try await store.record(resolution(.invalid), at: moment + 9 * hour)
        #expect(try await first() == moment)
        _ = try await store.record(resolution(.invalid, from: -1, to: 1), at: moment + 9 * hour)
        #expect(try await first() == moment + 2 * hour)
    }

    @Test func `each makes the point unjudged from its stretch on, and so does taking it back`() async throws
    {
        for act in [.invalid, .correction(.litres(110)), .exchange(ResolutionTests.exchange)]
            as [Resolution.Act]
        {
            let store = try await store()
            func settle() async throws {
                for point in try await store.unjudgedPoints(stage: "usage") {
                    let progress = Progress(
                        stage: "usage",
                        point: point.point,
                        mark: point.mark,
                        lastReadingAt: nil
                    )
                    try await store.store([Judgement(progress: progress)], at: moment)
                }
            }
            try await settle()
            let number = try await store.record(resolution(act), at: moment + 9 * hour)
            #expect(try await store.unjudgedPoints(stage: "usage").map(\.earliest) == [moment + hour])
            try await settle()
            try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment + 10 * hour)
            #expect(try await store.unjudgedPoints(stage: "usage").map(\.earliest) == [moment + hour])
        }
    }

    @Test func `what cannot be changes nothing`() async throws {
        let store = try await store()
        let number = try await store.record(resolution(.invalid), at: moment)
        try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment)
        try await store.record(ResolutionTests.exchange, by: "sato", at: moment)
        let before = try await store.everything()
        for bad in [
            resolution(.correction(.litres(1)), from: 5, to: 6),
            resolution(.correction(.litres(1)), from: 0, to: 3),
            resolution(.invalid, reason: ""), resolution(.invalid, from: 2, to: 2),
            resolution(.exchange(ResolutionTests.exchange)),
        ] {
            await #expect(throws: StoreError.self) { _ = try await store.record(bad, at: moment) }
        }
        for (bad, reason) in [(number, "again"), (number + 9, "none")] {
            await #expect(throws: StoreError.self) {
                try await store.undoResolution(bad, by: "kato", reason: reason, at: moment)
            }
        }
        #expect(try await store.everything() == before)
    }
}
