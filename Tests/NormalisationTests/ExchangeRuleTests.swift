import Metering
import Normalisation
import Testing

struct ExchangeRuleTests {
    @Test func `an announced exchange is two legs`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        let result = normalised(hourly([1_190, 1_200, 50, 60]), exchanges: exchanges)
        #expect(result.litres == [10, 16, 10])
        #expect(result.series.steps.map(\.kind) == [.normal, .exchange, .normal])
    }

    @Test func `announced late, it gives the same series as in time`() {
        let readings = hourly([1_190, 1_200, 50, 60])
        #expect(normalised(readings).causes == ["fall 1150"])
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        #expect(normalised(readings, exchanges: exchanges).discontinuities.isEmpty)
    }

    @Test func `several exchanges between two readings are so many legs more`() {
        let exchanges = [
            exchange(at: 6_000, closing: 37, opening: 100), exchange(at: 5_000, closing: 1_210, opening: 30),
        ]
        #expect(normalised(hourly([1_190, 1_200, 105]), exchanges: exchanges).litres == [10, 10 + 7 + 5])
    }

    @Test(arguments: [3_601, 7_200] as [Int64])
    func `it lies after the reading before and up to the reading after`(at: Int64) {
        let exchanges = [exchange(at: at, closing: 1_210, opening: 44)]
        #expect(normalised(hourly([1_190, 1_200, 50]), exchanges: exchanges).litres == [10, 16])
    }

    @Test func `the closing index may have wrapped`() {
        let exchanges = [exchange(at: 5_000, closing: 5, opening: 0)]
        #expect(normalised(hourly([9_999_980, 9_999_990, 7]), exchanges: exchanges).litres == [10, 15 + 7])
    }

    @Test func `jitter on either side of it makes no litre`() {
        let exchanges = [exchange(at: 5_000, closing: 1_198, opening: 44)]
        let result = normalised(hourly([1_190, 1_200, 43, 45]), exchanges: exchanges)
        #expect(result.litres == [10, 0, 1])
    }

    @Test func `an announcement that does not fit the indexes explains nothing`() {
        let closedTooLow = [exchange(at: 5_000, closing: 1_100, opening: 44)]
        #expect(
            normalised(hourly([1_190, 1_200, 400, 410]), exchanges: closedTooLow).causes == ["fall 100"]
        )
        let openedTooLow = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        #expect(
            normalised(hourly([1_190, 1_200, 9_000, 9_010]), exchanges: openedTooLow).causes == ["jump 8966"]
        )
    }

    @Test func `exchanges outside the readings do nothing`() {
        let readings = hourly([1_190, 1_200, 1_210])
        let exchanges = [
            exchange(at: 0, closing: 9, opening: 1), exchange(at: 7_201, closing: 9, opening: 1),
        ]
        #expect(normalised(readings, exchanges: exchanges).series == normalised(readings).series)
    }
}
