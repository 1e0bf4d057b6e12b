import Metering
import Normalisation
import Testing

struct TailTests {
    @Test(arguments: [[1_000, 1_010, 9_000], [1_000, 1_010, 900], [1_000, 1_010, 1_000_000]] as [[Int64]])
    func `a newest reading that does not fit is held out until the next one comes`(indexes: [Int64]) {
        let result = normalised(hourly(indexes))
        #expect(result.isTailUnconfirmed)
        #expect(result.litres == [10])
        #expect(result.discontinuities.isEmpty)
    }

    @Test func `the next one makes it a spike`() {
        let result = normalised(hourly([1_000, 1_010, 900, 1_015]))
        #expect(!result.isTailUnconfirmed)
        #expect(result.spikes == [instant(7_200)])
        #expect(result.litres == [10, 5])
    }

    @Test func `or confirms it`() {
        let result = normalised(hourly([1_000, 1_010, 900, 901]))
        #expect(!result.isTailUnconfirmed)
        #expect(result.litres == [10, nil, 1])
    }

    @Test func `a newest reading that jitters is confirmed`() {
        #expect(!normalised(hourly([1_000, 1_010, 1_005])).isTailUnconfirmed)
    }

    @Test func `an unconfirmed reading after a spike is held out too`() {
        let result = normalised(hourly([1_000, 9_000, 1_010, 90]))
        #expect(result.isTailUnconfirmed)
        #expect(result.litres == [10])
    }
}
