import Metering
import Normalisation
import Testing

struct JitterRuleTests {
    @Test func `a small fall is held at the highest index and netted`() {
        let result = normalised(hourly([500, 497, 503]))
        #expect(result.litres == [0, 3])
        #expect(result.jitter == [.init(at: instant(3_600), by: .litres(3))])
        #expect(result.discontinuities.isEmpty)
    }

    @Test(arguments: [(490, true), (489, false)])
    func `10 L is jitter, 11 L is not`(index: Int64, isJitter: Bool) {
        let result = normalised(hourly([500, index, index]))
        #expect(result.discontinuities.isEmpty == isJitter)
        #expect(result.causes == (isJitter ? [] : ["fall 11"]))
    }

    @Test(arguments: [(980, true), (970, false)])
    func `of a 10 L register two counts are jitter, three are not`(index: Int64, isJitter: Bool) {
        let result = normalised(hourly([1_000, index, index]), resolution: 10)
        #expect(result.discontinuities.isEmpty == isJitter)
    }

    @Test func `slow falls add up`() {
        let result = normalised(hourly([500, 495, 490, 485, 485]))
        #expect(result.litres == [0, 0, nil, 0])
        #expect(result.causes == ["fall 15"])
        #expect(result.discontinuities.first?.from == instant(7_200))
        #expect(result.discontinuities.first?.to == instant(10_800))
    }

    @Test func `water that runs backwards for hours falls again and again, by all of it`() {
        let result = normalised(hourly([500, 480, 460, 455, 455, 470]))
        #expect(result.litres == [nil, nil, 0, 0, 10])
        #expect(result.causes == ["fall 20", "fall 20"])
    }

    @Test func `after a fall the series goes on from the new index`() {
        #expect(normalised(hourly([490, 500, 400, 410, 430])).litres == [10, nil, 10, 20])
    }

    @Test func `jitter holds across the end of the dial`() {
        let result = normalised(hourly([9_999_990, 3, 9_999_998, 5]))
        #expect(result.litres == [13, 0, 2])
        #expect(result.jitter == [.init(at: instant(7_200), by: .litres(5))])
    }
}
