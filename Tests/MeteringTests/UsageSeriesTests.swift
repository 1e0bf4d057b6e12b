import Metering
import Seeds
import Testing

struct UsageSeriesTests {
    private static let start = Instant(secondsSince1970: 1_700_000_000)

    private static func step(
        _ from: Int64,
        _ to: Int64,
        _ millilitres: Int64,
        _ kind: UsageStep.Kind = .normal
    ) -> UsageStep {
        UsageStep(from: start + from, to: start + to, volume: .millilitres(millilitres), kind: kind)
    }

    private static func span(_ from: Int64, _ to: Int64) -> Range<Instant> {
        (start + from)..<(start + to)
    }

    @Test(arguments: [
        (0, 3_600, 10_000, 3_600), (0, 1_800, 5_000, 1_800), (1_800, 5_400, 15_000, 3_600),
        (-3_600, 1_800, 5_000, 1_800), (9_000, 12_600, 0, 1_800), (10_800, 14_400, 0, 0),
        (12_600, 18_000, 3_500, 3_600), (20_000, 30_000, 0, 0), (900, 900, 0, 0),
    ])
    func `usage is spread evenly over a step, and gaps are unknown`(
        from: Int64,
        to: Int64,
        millilitres: Int64,
        known: Int64
    ) {
        let series = UsageSeries(steps: [
            Self.step(0, 3_600, 10_000), Self.step(3_600, 7_200, 20_000), Self.step(7_200, 10_800, 0),
            Self.step(14_400, 18_000, 3_500),
        ])
        let usage = series.usage(in: Self.span(from, to))
        #expect(usage.volume == .millilitres(millilitres))
        #expect(usage.coverage == Coverage(knownSeconds: known, totalSeconds: to - from))
        #expect(!usage.isUnexplained)
    }

    @Test func `an unexplained step is unknown, and says so to whoever touches it`() {
        let series = UsageSeries(steps: [
            Self.step(0, 3_600, 1_000), Self.step(3_600, 7_200, 0, .unexplained),
            Self.step(7_200, 10_800, 1_000),
        ])
        #expect(series.usage(in: Self.span(0, 10_800)).coverage.knownSeconds == 7_200)
        #expect(series.usage(in: Self.span(0, 3_601)).isUnexplained)
        #expect(!series.usage(in: Self.span(0, 3_600)).isUnexplained)
        #expect(!series.usage(in: Self.span(7_200, 10_800)).isUnexplained)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `the parts of any split add up to the whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let series = Self.random(using: &random)
        let whole = Self.span(-5_000, 400_000)
        var cuts = (0..<30).map { _ in Self.start + Int64.random(in: -5_000...400_000, using: &random) }
        cuts = ([whole.lowerBound, whole.upperBound] + cuts).sorted()
        let parts = zip(cuts, cuts.dropFirst()).map { series.usage(in: $0..<$1) }
        let sum = parts.reduce(Volume.zero) { $0 + $1.volume }
        let coverage = parts.reduce(Coverage.none) { $0 + $1.coverage }
        #expect(sum == series.steps.reduce(.zero) { $0 + $1.volume })
        #expect(sum == series.usage(in: whole).volume)
        #expect(coverage == series.usage(in: whole).coverage)
        #expect(parts.allSatisfy { $0.volume >= .zero })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the step at an instant holds it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let series = Self.random(using: &random)
        for _ in 0..<100 {
            let instant = Self.start + Int64.random(in: -5_000...400_000, using: &random)
            let expected = series.steps.first { $0.from <= instant && instant < $0.to }
            #expect(series.step(at: instant) == expected)
        }
    }

    @Test func `an empty series knows nothing`() {
        let series = UsageSeries(steps: [])
        #expect(series.span == nil)
        #expect(series.step(at: Self.start) == nil)
        #expect(series.usage(in: Self.span(0, 60)).coverage == Coverage(knownSeconds: 0, totalSeconds: 60))
    }

    private static func random(using random: inout SeededGenerator) -> UsageSeries {
        var steps: [UsageStep] = []
        var from: Int64 = 0
        for _ in 0..<60 {
            if Int.random(in: 0..<5, using: &random) == 0 { from += .random(in: 1...9_000, using: &random) }
            let to = from + .random(in: 1...9_000, using: &random)
            steps.append(step(from, to, .random(in: 0...50_000, using: &random)))
            from = to
        }
        return UsageSeries(steps: steps)
    }
}
