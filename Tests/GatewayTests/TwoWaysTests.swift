import Alerting
import Metering
import Normalisation
import Reporting
import Seeds
import Storage
import Testing

@testable import Gateway

struct TwoWaysTests {
    private static let end = march(20)

    /// Forty-five days, of which the first way lacks some stretches and the second some hours.
    private struct History {
        let water: TwoWayWater
        let first: [Reading]
        let second: [Reading]

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            water = TwoWayWater(seed: seed, days: 45, from: march(-26))
            let offset = Int64.random(in: -400_000...4_000_000, using: &random)
            let skew: Int64 = Bool.random(using: &random) ? 420 : 0
            let gaps = (0..<3).map { place in
                let from = 72 + place * 300 + Int.random(in: 0...150, using: &random)
                return from..<from + Int.random(in: 2...80, using: &random)
            }
            first = water.first().enumerated()
                .filter { hour, _ in !gaps.contains { $0.contains(hour) } }.map(\.element)
            second = water.second(offset: offset, skew: skew)
                .filter { _ in Int.random(in: 0...30, using: &random) > 0 }
        }
    }

    /// What arrives together: a day of one way.
    private enum Parcel {
        case first([Reading])
        case second([Reading])
    }

    private static func parcels(_ history: History) -> [Parcel] {
        func days(_ readings: [Reading]) -> [[Reading]] {
            Dictionary(grouping: readings) { LocalDay(containing: $0.at) }.sorted { $0.key < $1.key }
                .map(\.value)
        }
        return days(history.first).map { .first($0) } + days(history.second).map { .second($0) }
    }

    private static func scene(
        bringing parcels: [Parcel],
        thinkingEvery count: Int
    ) async throws -> TwoWayScene {
        let scene = try await TwoWayScene()
        for (place, parcel) in parcels.enumerated() {
            switch parcel {
            case .first(let readings): try await scene.keep(readings, key: "\(place)", at: end)
            case .second(let readings): try await scene.keep([], second: readings, key: "\(place)", at: end)
            }
            if place % count == count - 1 { try await scene.pipeline.think(at: end) }
        }
        try await scene.pipeline.think(at: end)
        return scene
    }

    @Test(arguments: [UInt64](1...6))
    func `in whatever order both ways arrive, the series and its days are the same`(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed &* 31)
        let parcels = Self.parcels(History(seed: seed))
        let plain = try await Self.scene(bringing: parcels, thinkingEvery: 1_000)
        let mixed = try await Self.scene(bringing: parcels.shuffled(using: &random), thinkingEvery: 13)
        let expected = try #require(try await plain.account())
        let found = try #require(try await mixed.account())
        #expect(found.series == expected.series, "seed \(seed)")
        #expect(found.filling == expected.filling, "seed \(seed)")
        #expect(!found.filling.readings.isEmpty, "seed \(seed)")
        #expect(try await mixed.usage() == plain.usage(), "seed \(seed)")
        let rebuild = Rebuild(store: mixed.store, pilot: mixed.pilot)
        #expect(try await rebuild.run(at: Self.end) == [], "seed \(seed)")
    }

    @Test(arguments: [UInt64](1...6))
    func `filling makes and loses no litre`(seed: UInt64) async throws {
        let history = History(seed: seed)
        let scene = try await Self.scene(bringing: Self.parcels(history), thinkingEvery: 1_000)
        let account = try #require(try await scene.account())
        let from = try #require(history.first.first?.index)
        let to = try #require(history.first.last?.index)
        let total = account.series.steps.reduce(Volume.zero) { $0 + $1.volume }
        #expect(total == to - from, "seed \(seed)")
        #expect(account.series.steps.allSatisfy { $0.kind == .normal })
        // Each hour of a gap that the second way knew is told to within a count, but for what its clock leaves open.
        let truth = Dictionary(uniqueKeysWithValues: history.water.first().map { ($0.at, $0.index) })
        for filled in account.filling.readings {
            let nearest = truth.min { abs($0.key - filled.reading.at) < abs($1.key - filled.reading.at) }
            let apart = filled.reading.index - (nearest?.value ?? .zero)
            #expect(max(apart, -apart) <= .litres(2), "seed \(seed) at \(filled.reading.at)")
        }
    }

    @Test func `with the second way empty everything is as with one way`() async throws {
        let water = TwoWayWater(seed: 3, days: 30, from: march(-15))
        let first = water.first(0..<200) + water.first(260..<700)
        let two = try await TwoWayScene()
        let one = try await TwoWayScene(
            Pilot(
                installations: TwoWayScene.pilot.installations.map {
                    Installation(point: $0.point, meter: $0.meter, source: $0.source)
                },
                profiles: []
            )
        )
        for scene in [one, two] {
            try await scene.keep(first, key: "all", at: Self.end)
            try await scene.pipeline.think(at: march(15))
        }
        #expect(try await two.account()?.series == one.account()?.series)
        #expect(try await two.usage() == one.usage())
        #expect(try await two.account()?.filling.readings == [])
    }

    @Test func `while the line is dead the feed goes on, and its capture is found`() async throws {
        let water = TwoWayWater(seed: 4, days: 14, from: march(1))
        let scene = try await TwoWayScene()
        try await scene.keep(water.first(0..<200), key: "line", at: march(14))
        try await scene.keep([], second: water.second(0..<280, offset: 7_000), key: "feed", at: march(14))
        try await scene.pipeline.think(at: march(13))
        let account = try #require(try await scene.account())
        #expect(account.filling.readings.count == 80)
        #expect(account.series.span?.upperBound == march(1, hours: 279, seconds: 3), "by the line's clock")
        let last = try #require(account.filling.readings.last)
        #expect(last.source.index == last.reading.index + .litres(7_000))
        let capture = try #require(try await scene.store.capture(of: last.source, by: .second))
        #expect(capture.path == .feed && capture.key == "feed")
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(15))
        let ledger = Ledger(store: scene.store, pilot: scene.pilot)
        let row = try await ledger.filledReport(over: days).rows.last
        #expect(row?.capture?.key == "feed" && row?.source == last.source)
        let usage = try #require(
            try await ledger.usageReport(over: days).rows.first { $0.point == .wired }
        )
        #expect((79 * 3_600...80 * 3_600).contains(usage.secondWaySeconds))
        #expect(try await ledger.newest(of: .wired, at: march(13))?.route == .second)
        #expect(try await scene.kinds() == [.waySilent])
    }

    @Test func `as of an instant, nothing is filled that came later`() async throws {
        let water = TwoWayWater(seed: 5, days: 12, from: march(1))
        let scene = try await TwoWayScene()
        try await scene.keep(water.first(0..<100) + water.first(140..<280), key: "line", at: march(13))
        try await scene.keep([], second: water.second(), key: "feed", at: march(14))
        #expect(try await scene.account(asOf: march(13, hours: 12))?.filling.readings == [])
        #expect(try await scene.account(asOf: march(14))?.filling.readings.isEmpty == false)
    }

    @Test func `what a way repeats or contradicts is a matter of that way alone`() async throws {
        let water = TwoWayWater(seed: 6, days: 2, from: march(1))
        let scene = try await TwoWayScene()
        try await scene.keep(water.first(), second: water.second(offset: 500), key: "a", at: march(4))
        let again = try await scene.keep(
            water.first(),
            second: water.second(offset: 501),
            key: "b",
            at: march(4)
        )
        #expect(
            again == [
                .stored(ReadingTally(duplicates: 49)), .stored(ReadingTally(quarantined: 49)),
            ]
        )
        let all = march(1)..<march(5)
        #expect(try await scene.store.readings(of: .wired, in: all) == water.first())
        #expect(try await scene.store.readings(of: .wired, in: all, by: .second) == water.second(offset: 500))
    }

    @Test(arguments: ["second_reading", "capture", "arrival_mark"])
    func `when a second way's reading can't be kept nothing of its record is, and it comes again`(
        table: String
    ) async throws {
        let water = TwoWayWater(seed: 8, days: 2, from: march(1))
        let scene = try await TwoWayScene()
        try await scene.store.failEveryWrite(to: table)
        await #expect(throws: StoreError.self) {
            try await scene.keep([], second: water.second(), key: "a", at: march(4))
        }
        try await scene.store.letWritesPass()
        #expect(try await scene.store.captureCount() == 0)
        try await scene.keep([], second: water.second(), key: "a", at: march(4))
        #expect(try await scene.store.readings(of: .wired, in: march(1)..<march(5), by: .second).count == 49)
    }

    @Test func `a judgement of ways that disagree that can't be kept is owed and made again`() async throws {
        let water = TwoWayWater(seed: 9, days: 12, from: march(1))
        let jumped = water.second(0..<150) + water.second(150..<289, offset: 600)
        let scene = try await TwoWayScene()
        try await scene.keep(water.first(), second: jumped, key: "a", at: march(13))
        try await scene.store.failEveryWrite(to: "incident")
        await #expect(throws: StoreError.self) { try await scene.pipeline.think(at: march(13)) }
        #expect(try await scene.usage() == [])
        try await scene.store.letWritesPass()
        try await scene.pipeline.think(at: march(13))
        #expect(try await scene.kinds() == [.waysDisagree])
    }

    @Test func `a day that is no longer filled is no longer kept`() async throws {
        let water = TwoWayWater(seed: 7, days: 12, from: march(1))
        let scene = try await TwoWayScene()
        try await scene.keep(water.first(0..<150), second: water.second(0..<270), key: "a", at: march(13))
        try await scene.pipeline.think(at: march(13))
        #expect(try await scene.usage().last?.day == LocalDay(containing: march(12)))
        // The line comes back for some hours, and contradicts.
        let late = water.first(150..<156).map {
            Reading(point: $0.point, at: $0.at, index: $0.index + .litres(($0.at - march(7)) / 3_600 * 40))
        }
        try await scene.keep(late, key: "b", at: march(13))
        try await scene.pipeline.think(at: march(13))
        #expect(try await scene.account()?.filling.readings == [])
        #expect(try await scene.usage().last?.day == LocalDay(containing: march(7)))
        #expect(try await Rebuild(store: scene.store, pilot: scene.pilot).run(at: march(13)) == [])
    }
}
