import Metering
import Normalisation
import Seeds
import Testing

struct EstimatorTests {
    /// A week that uses at each hour the hour's number in litres, and on Sundays twice that; 2026-01-01 was a
    /// Thursday.
    private static func typical(_ hour: Int64) -> Int64 {
        let isSunday = hour / 24 % 7 == 3
        return hour % 24 * (isSunday ? 2 : 1)
    }

    private static func typical(_ range: Range<Int64>) -> [Int64] {
        range.map(typical)
    }

    private static func gap(after series: UsageSeries, hours: Int64, litres: Int64) -> UsageSeries {
        let from = series.steps.last?.to ?? instant(0)
        let step = UsageStep(from: from, to: from + hours * 3_600, volume: .litres(litres))
        return UsageSeries(steps: series.steps + [step])
    }

    @Test func `a gap is spread by the typical week, and adds up to what was read`() {
        let series = Self.gap(after: hours(Self.typical(0..<336)), hours: 3, litres: 9)
        let estimates = Estimator().estimates(for: series, until: series.span?.upperBound ?? instant(0))
        #expect(estimates.map(\.method) == [.typicalWeek, .typicalWeek, .typicalWeek])
        // Typically 0, 1 and 2 L: thirds of 9.
        #expect(estimates.map(\.volume) == [.zero, .litres(3), .litres(6)])
    }

    @Test func `evenly where the week is not known, by the second`() {
        let series = Self.gap(after: hours([5]), hours: 3, litres: 10)
        let estimates = Estimator().estimates(for: series, until: instant(0))
        #expect(estimates.map(\.method) == [.linear, .linear, .linear])
        #expect(estimates.map(\.volume.millilitres) == [3_333, 3_333, 3_334])
    }

    @Test func `and where it typically uses nothing`() {
        let series = Self.gap(after: hours(Array(repeating: 0, count: 336)), hours: 3, litres: 9)
        let estimates = Estimator().estimates(for: series, until: instant(0))
        #expect(estimates.map(\.volume) == [.litres(3), .litres(3), .litres(3)])
        #expect(estimates.allSatisfy { $0.method == .linear })
    }

    @Test func `where no index closes, the same hours of the same weekdays stand in`() {
        let series = hours(Self.typical(0..<336))
        let end = instant(360 * 3_600)
        let estimates = Estimator().estimates(for: series, until: end)
        #expect(estimates.map(\.volume) == Self.typical(336..<360).map { .litres($0) })
        #expect(estimates.allSatisfy { $0.method == .sameWeekday && !$0.method.isVolumeExact })
        #expect(estimates.last?.to == end)
    }

    @Test(arguments: [(7, 24), (6, 0)] as [(Int64, Int)])
    func `of one week the mean of seven known days stands in, of less nothing`(days: Int64, count: Int) {
        let series = hours(Array(repeating: 12, count: Int(days * 24)))
        let estimates = Estimator().estimates(for: series, until: instant((days + 1) * 86_400))
        #expect(estimates.count == count)
        #expect(estimates.allSatisfy { $0.volume == .litres(12) && $0.method == .meanOfDays })
    }

    @Test func `a place that nobody has explained gets a proxy of what was before it`() {
        let before = hours(Array(repeating: 12, count: 8 * 24)).steps
        let from = instant(8 * 86_400)
        let unexplained = UsageStep(from: from, to: from + 7_200, volume: .zero, kind: .unexplained)
        let after = UsageStep(from: from + 7_200, to: from + 10_800, volume: .litres(900))
        let series = UsageSeries(steps: before + [unexplained, after])
        let estimates = Estimator().estimates(for: series, until: from)
        #expect(estimates.map(\.volume) == [.litres(12), .litres(12)])
        #expect(estimates.map(\.from) == [from, from + 3_600])
    }

    @Test func `hours are cut where the clock strikes`() {
        let step = UsageStep(from: instant(1_200), to: instant(9_000), volume: .litres(13))
        let estimates = Estimator().estimates(for: UsageSeries(steps: [step]), until: instant(0))
        #expect(estimates.map(\.to) == [instant(3_600), instant(7_200), instant(9_000)])
        #expect(estimates.map(\.volume) == [.litres(4), .litres(6), .litres(3)])
    }

    @Test func `nothing is estimated where every hour was read, nor before anything was`() {
        #expect(Estimator().estimates(for: hours([1, 2, 3]), until: instant(10_800)).isEmpty)
        #expect(Estimator().estimates(for: UsageSeries(steps: []), until: instant(10_800)).isEmpty)
    }

    @Test func `the terms are settings`() {
        var settings = EstimationSettings()
        settings.knownDays = 1
        let day = hours(Array(repeating: 12, count: 24))
        #expect(Estimator(settings: settings).estimates(for: day, until: instant(90_000)).count == 1)
        settings.historyDays = 0
        #expect(Estimator(settings: settings).estimates(for: day, until: instant(90_000)).isEmpty)
        settings = EstimationSettings()
        settings.shapedSeconds = 3_599
        #expect(Estimator(settings: settings).estimates(for: hours([1, 2]), until: instant(0)).count == 2)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `estimates give way wholly when readings come late, and add up until then`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let litres = (0..<600).map { _ in Int64.random(in: 0...90, using: &random) }
        let readings = hourly(litres.reduce(into: [Int64(1_000)]) { $0.append(($0.last ?? 0) + $1) })
        let from = Int.random(in: 1...500, using: &random)
        let to = from + Int.random(in: 3...90, using: &random)
        let heard = readings.filter {
            $0.at <= instant(Int64(from) * 3_600) || $0.at >= instant(Int64(to) * 3_600)
        }
        let end = readings.last?.at ?? instant(0)
        let holed = normalised(heard).series
        let estimates = Estimator().estimates(for: holed, until: end)
        let total = estimates.reduce(Volume.zero) { $0 + $1.volume }
        #expect(total == .litres(litres[from..<to].reduce(0, +)))
        #expect(estimates.allSatisfy { $0.volume >= .zero && $0.method.isVolumeExact })
        #expect(Estimator().estimates(for: normalised(readings).series, until: end).isEmpty)
    }
}
