import Metering
import Normalisation
import Testing

struct ClockRuleTests {
    /// A drift in seconds of the day: `36000..39600 125 over`.
    private static func text(_ drifts: [ClockDrift]) -> [String] {
        drifts.map { drift in
            let (from, to) = (drift.from - instant(0), drift.to - instant(0))
            return "\(from)..\(to) \(drift.seconds)\(drift.isOver ? " over" : "")"
        }
    }

    private static func asked(_ at: Int64, shows offset: Int64) -> ClockSight {
        ClockSight(own: instant(at + offset), earliest: instant(at - 1), latest: instant(at))
    }

    private static func delivered(_ at: Int64, stamped offset: Int64) -> ClockSight {
        ClockSight(own: instant(at + offset), earliest: nil, latest: instant(at))
    }

    @Test(
        arguments: [
            ([(100, 0)], []), ([(100, 120)], []), ([(100, 121)], ["100..100 121"]),
            ([(100, -1)], []), ([(100, -121)], []), ([(100, -122)], ["100..100 -121"]),
            ([(100, 200), (200, 300), (300, 0)], ["100..200 300 over"]),
            ([(300, 0), (200, 300), (100, 200)], ["100..200 300 over"]),
            ([(100, 200), (200, 0), (300, -500)], ["100..100 200 over", "300..300 -499"]),
        ] as [([(Int64, Int64)], [String])]
    )
    func `a clock that was asked is off beyond 120 s outside of question and answer`(
        sights: [(Int64, Int64)],
        expected: [String]
    ) {
        #expect(Self.text(ClockRule().drifts(in: sights.map { Self.asked($0, shows: $1) })) == expected)
    }

    @Test func `how late a value is delivered says nothing of a clock`() {
        let sights = [Self.delivered(900_000, stamped: -800_000), Self.delivered(1_000_000, stamped: -1)]
        #expect(ClockRule().drifts(in: sights).isEmpty)
        #expect(
            Self.text(ClockRule().drifts(in: [Self.delivered(1_000, stamped: 121)])) == ["1000..1000 121"]
        )
    }

    @Test func `the thresholds are settings`() {
        var settings = ClockSettings()
        settings.flaggedSeconds = 10
        #expect(ClockRule(settings).drifts(in: [Self.asked(0, shows: 11)]).count == 1)
        settings.usualStamps = 3
        let stamps = [0, 3_600, 7_200, 10_820].map { instant($0) }
        #expect(Self.text(ClockRule(settings).drifts(amongStamps: stamps)) == ["10820..10820 20"])
    }
}

struct StampRuleTests {
    /// Stamps an hour apart, each `offset(hour)` seconds past it.
    private static func stamps(_ hours: Int64, _ offset: (Int64) -> Int64) -> [Instant] {
        (0..<hours).map { instant($0 * 3_600 + offset($0)) }
    }

    private static func drifts(_ stamps: [Instant]) -> [String] {
        ClockRule().drifts(amongStamps: stamps).map { drift in
            let (from, to) = (drift.from - instant(0), drift.to - instant(0))
            return "\(from / 3_600)..\(to / 3_600) \(drift.seconds)\(drift.isOver ? " over" : "")"
        }
    }

    @Test(arguments: [0, 1_800, 600, 3_599] as [Int64])
    func `wherever a clock always stamps, it is not off`(place: Int64) {
        #expect(Self.drifts(Self.stamps(100) { _ in place }).isEmpty)
        #expect(Self.drifts(Self.stamps(100) { place + ($0 % 3) * 30 - 30 }).isEmpty)
    }

    @Test func `a leap is told from where it leapt, and how far`() {
        #expect(Self.drifts(Self.stamps(60) { $0 < 48 ? 0 : 240 }) == ["48..59 240"])
        #expect(Self.drifts(Self.stamps(60) { $0 < 48 ? 0 : -240 }) == ["47..58 -240"])
        #expect(Self.drifts(Self.stamps(60) { $0 < 48 ? 0 : 120 }).isEmpty)
        #expect(Self.drifts(Self.stamps(60) { (48..<50).contains($0) ? 121 : 0 }) == ["48..49 121 over"])
    }

    @Test func `a clock that gains five seconds an hour is told from the 38th stamp on`() {
        #expect(Self.drifts(Self.stamps(37) { $0 * 5 }).isEmpty)
        #expect(Self.drifts(Self.stamps(38) { $0 * 5 }) == ["37..37 125"])
        #expect(Self.drifts(Self.stamps(300) { $0 * 5 }) == ["37..299 1435"])
    }

    @Test func `a clock that stays for a week where it leapt to was set`() {
        #expect(Self.drifts(Self.stamps(48 + 168) { $0 < 48 ? 0 : 1_800 }) == ["48..215 1800"])
        #expect(Self.drifts(Self.stamps(48 + 170) { $0 < 48 ? 0 : 1_800 }) == ["48..215 1800 over"])
    }

    @Test func `half-hourly and daily stamps have places of their own`() {
        let halves = (0..<100 as Range<Int64>).map { instant($0 * 1_800 + ($0 < 90 ? 0 : 300)) }
        #expect(ClockRule().drifts(amongStamps: halves).map(\.seconds) == [300])
        let days = (0..<40 as Range<Int64>).map { instant($0 * 86_400 + ($0 < 30 ? 0 : 900)) }
        #expect(ClockRule().drifts(amongStamps: days).map(\.seconds) == [900])
    }

    @Test func `stamps without an interval or without a place say nothing`() {
        let wild = (0..<200 as Range<Int64>).map { instant($0 * $0 * 97) }
        #expect(ClockRule().drifts(amongStamps: wild).isEmpty)
        #expect(Self.drifts(Self.stamps(200) { $0 % 7 * 500 }).isEmpty)
        #expect(ClockRule().drifts(amongStamps: []).isEmpty)
        #expect(Self.drifts(Self.stamps(23) { $0 == 22 ? 500 : 0 }).isEmpty)
    }

    @Test func `the order in which stamps come, and how often, does not matter`() {
        let stamps = Self.stamps(60) { $0 < 48 ? 0 : 240 }
        #expect(Self.drifts((stamps + stamps).reversed()) == Self.drifts(stamps))
    }
}
