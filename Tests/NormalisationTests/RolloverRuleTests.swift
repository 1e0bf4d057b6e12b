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

    @Test func `dials that wrap often lose nothing`() {
        let indexes = (0..<100).map { Int64($0) * 700 % 2_000 }
        let result = normalised(hourly(indexes), capacity: 2_000)
        #expect(result.total == .litres(99 * 700))
        #expect(result.discontinuities.isEmpty)
    }
}
