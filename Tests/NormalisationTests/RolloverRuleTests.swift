import Metering
import Normalisation
import Testing

struct RolloverRuleTests {
    @Test func `past the end of the dial the register goes on from zero`() {
        let result = normalised(hourly([9_999_982, 2, 12]))
        #expect(result.litres == [20, 10])
        #expect(result.series.steps.map(\.kind) == [.rollover, .normal])
    }

    @Test(arguments: [(9_998_000, 1_387, true), (9_998_000, 1_388, false)])
    func `only as far as the pipe can carry in the time`(before: Int64, after: Int64, isRollover: Bool) {
        let result = normalised(hourly([before, after, after]))
        #expect((result.series.steps.first?.kind == .rollover) == isRollover)
        #expect(result.discontinuities.isEmpty == isRollover)
    }

    @Test func `a longer silence allows for more`() {
        #expect(normalised(hourly([9_998_000, nil, 3_000])).litres == [5_000])
    }

    @Test func `a fall of half the dial or less is no rollover`() {
        #expect(normalised(hourly([1_500, 500, 510]), capacity: 2_000).causes == ["fall 1000"])
        #expect(normalised(hourly([1_501, 500, 510]), capacity: 2_000).litres == [999, 10])
    }

    @Test func `water that runs backwards through zero falls by what it ran`() {
        let result = normalised(hourly([5, 9_999_980, 9_999_980]))
        #expect(result.causes == ["fall 25"])
    }

    @Test(
        arguments: [
            (120, 9_000_000, 44, [1_000_044], []),
            (120, 8_900_000, 44, [nil], ["fall 8899956"]),
            (120, 5_100_000, 44, [nil], ["fall 5099956"]),
            (1, 9_930_000, 44, [70_044], []),
            (1, 9_920_000, 44, [nil], ["fall 9919956"]),
        ] as [(Int64, Int64, Int64, [Int64?], [String])]
    )
    func `after months of silence a fall is a rollover only as far as such a place can have used`(
        days: Int64,
        before: Int64,
        after: Int64,
        litres: [Int64?],
        causes: [String]
    ) {
        let end = days * 86_400
        let result = normalised([reading(0, before), reading(end, after), reading(end + 3_600, after)])
        #expect(result.litres.first == litres.first)
        #expect(result.causes == causes)
    }

    @Test(arguments: [(2, 9_999_995), (0, 9_999_990)] as [(Int64, Int64)])
    func `months of silence do not turn jitter at zero into a dial full of water`(low: Int64, high: Int64) {
        let months: Int64 = 150 * 86_400
        let result = normalised([reading(0, low), reading(months, high), reading(months + 3_600, 3)])
        #expect(result.litres == [0, 3 - low])
        #expect(result.jitter == [.init(at: instant(months), by: .litres(low + 10_000_000 - high))])
    }

    @Test func `nor water that ran backwards through zero`() {
        let months: Int64 = 150 * 86_400
        let result = normalised([
            reading(0, 5), reading(months, 9_999_000), reading(months + 3_600, 9_999_000),
        ])
        #expect(result.causes == ["fall 1005"])
    }

    @Test func `dials that wrap often lose nothing`() {
        let indexes = (0..<100).map { Int64($0) * 700 % 2_000 }
        let result = normalised(hourly(indexes), capacity: 2_000)
        #expect(result.total == .litres(99 * 700))
        #expect(result.discontinuities.isEmpty)
    }
}
