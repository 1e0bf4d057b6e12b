import Billing
import Metering
import Seeds
import Testing

struct PeriodTotalsTests {
    private static let dial = Dial(capacity: .cubicMetres(10_000), resolution: .litres(1))

    private static func reading(_ at: Instant, _ litres: Int64, revision: Int = 1) -> Reading {
        Reading(point: ServicePoint.ID("S-00001"), at: at, index: .litres(litres), revision: revision)
    }

    /// February, between two readings and with the steps that lie between them.
    private static func february(
        _ previous: (at: Instant, litres: Int64),
        _ current: (at: Instant, litres: Int64),
        used: Int64,
        _ kind: UsageStep.Kind = .normal,
        exchanges: [MeterExchange] = []
    ) -> PeriodTotal {
        let step = UsageStep(from: previous.at, to: current.at, volume: .litres(used), kind: kind)
        let totals = PeriodTotals(
            readings: [reading(previous.at, previous.litres), reading(current.at, current.litres)],
            series: UsageSeries(steps: [step]),
            exchanges: exchanges,
            dial: dial
        )
        return totals.total(
            from: days("2026-02-01", "2026-03-01").lowerBound,
            to: days("2026-02-01", "2026-03-01").upperBound
        )
    }

    private static let first = moment("2026-02-01")
    private static let last = moment("2026-03-01")

    @Test(
        arguments: [(1_999, 2_001, 1), (2_001, 2_999, 0), (999, 3_000, 3), (5_000, 5_000, 0)]
            as [(Int64, Int64, Int64)]
    )
    func `black digits are cut before they are subtracted`(before: Int64, now: Int64, cubicMetres: Int64) {
        let total = Self.february((Self.first, before), (Self.last, now), used: now - before)
        #expect(total.usageCubicMetres == cubicMetres)
        #expect(total.quality == .measured)
        #expect(total.reasons.isEmpty)
    }

    @Test func `the dial may go past its end`() {
        let total = Self.february((Self.first, 9_998_700), (Self.last, 3_200), used: 4_500, .rollover)
        #expect(total.usageCubicMetres == 5)
        #expect(total.current?.index == .litres(3_200))
        #expect(total.reasons == [.rolledOver(from: Self.first, to: Self.last)])
    }

    private static func exchange(closing: Int64, opening: Int64) -> MeterExchange {
        MeterExchange(
            point: ServicePoint.ID("S-00001"),
            at: moment("2026-02-10", hours: 13),
            closing: .litres(closing),
            opening: .litres(opening),
            newMeter: Meter.ID("N1")
        )
    }

    @Test(
        arguments: [
            (1_187_200, 1_199_900, 44, 5_100, 17), (1_187_900, 1_188_000, 900, 1_000, 2),
            (9_999_500, 700, 0, 2_999, 3),
        ] as [(Int64, Int64, Int64, Int64, Int64)]
    )
    func `an exchange makes two legs, each by its own digits`(
        before: Int64,
        closing: Int64,
        opening: Int64,
        now: Int64,
        cubicMetres: Int64
    ) {
        let exchange = Self.exchange(closing: closing, opening: opening)
        let used = (closing - before + 10_000_000) % 10_000_000 + now - opening
        let total = Self.february(
            (Self.first, before),
            (Self.last, now),
            used: used,
            .exchange,
            exchanges: [exchange]
        )
        #expect(total.usageCubicMetres == cubicMetres)
        #expect(total.reasons == [.exchanged(at: exchange.at)])
    }

    @Test(
        arguments: [
            (0, false), (300, false), (-300, false), (301, true), (-301, true), (86_400, true),
            (-86_400, true),
        ] as [(Int64, Bool)]
    )
    func `the nearest reading stands in, and is marked beyond five minutes`(away: Int64, isMarked: Bool) {
        let total = Self.february((Self.first + away, 1_000), (Self.last, 3_000), used: 2_000)
        #expect(total.usageCubicMetres == 2)
        #expect(total.quality == (isMarked ? .substituted : .measured))
        let day = days("2026-02-01", "2026-03-01").lowerBound
        #expect(total.reasons == (isMarked ? [.substituted(day, at: Self.first + away)] : []))
    }

    @Test(arguments: [86_401, -86_401] as [Int64])
    func `beyond a day there is no total, but a reason`(away: Int64) {
        let total = Self.february((Self.first + away, 1_000), (Self.last, 3_000), used: 2_000)
        #expect(total.usageCubicMetres == nil)
        #expect(total.quality == .missing)
        #expect(total.reasons == [.noReading(days("2026-02-01", "2026-03-01").lowerBound)])
        #expect(total.current?.index == .litres(3_000))
    }

    @Test func `what needs an explanation blocks the period`() {
        let total = Self.february((Self.first, 1_000), (Self.last, 500), used: 0, .unexplained)
        #expect(total.usageCubicMetres == nil)
        #expect(total.quality == .blocked)
        #expect(total.reasons == [.unexplained(from: Self.first, to: Self.last)])
    }

    @Test func `a reading that the series does not touch is never billed`() {
        let steps = [UsageStep(from: Self.first - 600, to: Self.last, volume: .litres(2_000))]
        let readings = [
            Self.reading(Self.first - 600, 1_000), Self.reading(Self.first, 9_000_000),
            Self.reading(Self.last, 3_000),
        ]
        let totals = PeriodTotals(
            readings: readings,
            series: UsageSeries(steps: steps),
            exchanges: [],
            dial: Self.dial
        )
        let february = days("2026-02-01", "2026-03-01")
        let total = totals.total(from: february.lowerBound, to: february.upperBound)
        #expect(total.previous?.index == .litres(1_000))
        #expect(total.usageCubicMetres == 2)
    }

    @Test func `jitter at a boundary takes no cubic metre back, and gives none twice`() {
        let april = moment("2026-04-01")
        let readings = [
            Self.reading(Self.first, 1_000), Self.reading(Self.last - 3_600, 3_002),
            Self.reading(Self.last, 2_998), Self.reading(april, 4_500, revision: 2),
            Self.reading(april, 9_999),
        ].reversed()
        let steps = [
            UsageStep(from: Self.first, to: Self.last - 3_600, volume: .litres(2_002)),
            UsageStep(from: Self.last - 3_600, to: Self.last, volume: .zero),
            UsageStep(from: Self.last, to: april, volume: .litres(1_498)),
        ]
        let totals = PeriodTotals(
            readings: Array(readings),
            series: UsageSeries(steps: steps),
            exchanges: [],
            dial: Self.dial
        )
        let spring = days("2026-02-01", "2026-03-01")
        let february = totals.total(from: spring.lowerBound, to: spring.upperBound)
        let march = totals.total(from: spring.upperBound, to: LocalDay(containing: april))
        #expect(february.current?.index == .litres(3_002))
        #expect(february.usageCubicMetres == 2)
        #expect(march.usageCubicMetres == 1)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `periods add up to the register's digits, over any number of rollovers`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let dial = Dial(capacity: .cubicMetres(20), resolution: .litres(1))
        let start = Int64.random(in: 0..<20_000, using: &random)
        var total = start
        var readings = [Self.reading(Self.first, start)]
        var steps: [UsageStep] = []
        for hour in Int64(1)...(90 * 24) {
            let used = Int64.random(in: 0...100, using: &random)
            let from = Self.first + (hour - 1) * 3_600
            let wraps = total % 20_000 + used >= 20_000
            steps.append(
                UsageStep(
                    from: from,
                    to: from + 3_600,
                    volume: .litres(used),
                    kind: wraps ? .rollover : .normal
                )
            )
            total += used
            readings.append(Self.reading(from + 3_600, total % 20_000))
        }
        let totals = PeriodTotals(
            readings: readings,
            series: UsageSeries(steps: steps),
            exchanges: [],
            dial: dial
        )
        let first = days("2026-02-01", "2026-03-01").lowerBound
        let periods = (0..<9).map {
            totals.total(from: first.advanced(by: $0 * 10), to: first.advanced(by: $0 * 10 + 10))
        }
        let sum = periods.compactMap(\.usageCubicMetres).reduce(0, +)
        #expect(periods.allSatisfy { $0.quality == .measured })
        #expect(periods.compactMap(\.current).count { $0.index < dial.capacity } == periods.count)
        #expect(sum == total / 1_000 - start / 1_000)
    }

    @Test func `an estimate of the same instant and revision takes no measured index away`() {
        let step = UsageStep(from: Self.first, to: Self.last, volume: .litres(2_000))
        let estimate = Reading(
            point: ServicePoint.ID("S-00001"),
            at: Self.last,
            index: .litres(7),
            quality: .estimated
        )
        let readings = [Self.reading(Self.first, 1_000), Self.reading(Self.last, 3_000), estimate]
        for readings in [readings, readings.reversed()] {
            let totals = PeriodTotals(
                readings: readings,
                series: UsageSeries(steps: [step]),
                exchanges: [],
                dial: Self.dial
            )
            let span = days("2026-02-01", "2026-03-01")
            #expect(totals.total(from: span.lowerBound, to: span.upperBound).usageCubicMetres == 2)
        }
    }
}
