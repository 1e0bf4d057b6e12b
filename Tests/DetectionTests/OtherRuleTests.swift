import Metering
import Testing

@testable import Detection

struct BurstRuleTests {
    @Test func `two hours at a quarter of the permanent flow, far above the usual, are a burst`() throws {
        // 20 mm: Q3 4,000 L/h, a quarter is 1,000; the home's peaks are 120.
        let series = Series().home(days: 10).then([1_400, 1_500])
        let finding = try #require(Detector().findings(in: series.evidence()).first { $0.kind == .burst })
        #expect(finding.startedAt == Series.start + 240 * 3_600)
        #expect(finding.volume == .litres(2_900))
    }

    @Test func `one such hour is a filled pool`() {
        #expect(!Series().home(days: 10).then([1_400, 60]).kinds().contains(.burst))
    }

    @Test func `a partial hour at its edge does not hide a burst`() {
        // The home's busy hours use 260 L, so that five times that is more than the partial hours' 1,010.
        let series = Series().home(days: 10, leaking: 140).then([1_010, 2_600, 2_600, 2_600, 1_020, 0])
        #expect(series.kinds().contains(.burst))
    }

    @Test func `a place that always uses as much has no burst`() {
        #expect(!Series().then(1_200, for: 24 * 10).kinds().contains(.burst))
    }

    @Test func `a place that is not known yet has no burst`() {
        #expect(!Series().home(days: 2).then([1_400, 1_500]).kinds().contains(.burst))
    }

    @Test func `a burst of yesterday is told with the day that the feed brings at once`() {
        let series = Series().home(days: 10).then([1_400, 1_500]).then(0, for: 20)
        #expect(series.kinds().contains(.burst))
        #expect(!series.then(0, for: 6).kinds().contains(.burst))
    }
}

struct NoDataRuleTests {
    @Test(arguments: [(48, false), (49, false), (50, true), (300, true)])
    func `two days of silence beyond the path's delay are told`(hours: Int64, isTold: Bool) {
        let evidence = Series().home(days: 10).evidence(later: hours)
        #expect(Detector().findings(in: evidence).map(\.kind).contains(.noData) == isTold)
    }
}

struct StuckMeterRuleTests {
    @Test func `two weeks without a count at a place in use are told`() {
        #expect(!Series().home(days: 14).then(0, for: 24 * 13).kinds().contains(.stuckMeter))
        #expect(Series().home(days: 14).then(0, for: 24 * 14 + 1).kinds().contains(.stuckMeter))
    }

    @Test func `a place that hardly used water is not stuck`() {
        let hours = (0..<24 * 14).map { $0.isMultiple(of: 24) ? Int64(10) : 0 }
        let series = Series().then(hours)
        #expect(!series.then(0, for: 24 * 15).kinds().contains(.stuckMeter))
    }
}

struct DiscontinuityRuleTests {
    private func fall(_ litres: Int64, hour: Int64) -> Discontinuity {
        Discontinuity(
            kind: .fall,
            from: Series.start + hour * 3_600,
            to: Series.start + (hour + 1) * 3_600,
            amount: .litres(litres)
        )
    }

    private func kinds(_ discontinuities: [Discontinuity]) -> [Finding.Kind] {
        let evidence = Series().home(days: 10).evidence(discontinuities: discontinuities)
        return Detector().findings(in: evidence).map(\.kind)
    }

    @Test func `a fall that water can have made is reverse flow`() {
        #expect(kinds([fall(107, hour: 100)]) == [.reverseFlow])
    }

    @Test func `a fall beyond what the pipe can run back is another meter`() {
        #expect(kinds([fall(900_000, hour: 100)]) == [.unannouncedExchange])
    }

    @Test func `one reverse flow in many falls is one finding`() throws {
        let falls = (100..<110).map { fall(11, hour: Int64($0)) }
        let evidence = Series().home(days: 10).evidence(discontinuities: falls)
        let finding = try #require(Detector().findings(in: evidence).first)
        #expect(Detector().findings(in: evidence).count == 1)
        #expect(finding.volume == .litres(110))
        #expect(finding.startedAt == Series.start + 100 * 3_600)
    }

    @Test func `a jump is told as a jump`() {
        let jump = Discontinuity(
            kind: .jump,
            from: Series.start + 3_600,
            to: Series.start + 7_200,
            amount: .litres(90_000)
        )
        #expect(kinds([jump]) == [.implausibleJump])
    }
}

struct ClockDriftRuleTests {
    private func drift(_ hours: Int64, isOver: Bool = false, seconds: Int64 = 0) -> ClockDrift {
        ClockDrift(
            from: Series.start + 3_600,
            to: Series.start + 3_600 + hours * 3_600 + seconds,
            seconds: 300,
            isOver: isOver
        )
    }

    private func kinds(_ drifts: [ClockDrift]) -> [Finding.Kind] {
        Detector().findings(in: Series().home(days: 4).evidence(clockDrifts: drifts)).map(\.kind)
    }

    @Test func `a clock that has been off for a day, and is, is told`() throws {
        #expect(kinds([drift(24, seconds: -1)]) == [])
        #expect(kinds([drift(24)]) == [.clockDrift])
        #expect(kinds([drift(24, isOver: true)]) == [])
        let evidence = Series().home(days: 4).evidence(clockDrifts: [drift(30), drift(40)])
        let finding = try #require(Detector().findings(in: evidence).first)
        #expect(finding.startedAt == Series.start + 3_600 && finding.rule == "clock-drift/1")
        #expect(finding.volume == nil && finding.rate == nil)
    }

    @Test func `how long is a setting`() {
        var rules = DetectionRules()
        rules.clockHours = 2
        let evidence = Series().home(days: 4).evidence(clockDrifts: [drift(2)])
        #expect(Detector(rules: rules).findings(in: evidence).map(\.kind) == [.clockDrift])
    }
}
