import Metering
import Normalisation
import Testing

struct RemovedMeterRuleTests {
    private static let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]

    @Test(
        arguments: [
            ([1_190, 1_200, 50, 1_210, 1_211, 55, 60], [10, 16, 5, 5], [3, 4]),
            (
                [1_190, 1_200, 50, 1_210, 1_210, 1_210, 1_210, 1_210, 55, 60], [10, 16, 5, 5],
                [3, 4, 5, 6, 7]
            ),
            ([1_190, 1_200, 50, 1_205, 55, 1_213, 60], [10, 16, 5, 5], [3, 5]),
        ] as [([Int64], [Int64], [Int64])]
    )
    func `a removed meter that is still heard of is no evidence`(
        indexes: [Int64],
        litres: [Int64],
        strays: [Int64]
    ) {
        let result = normalised(hourly(indexes), exchanges: Self.exchanges)
        #expect(result.litres == litres)
        #expect(result.strays == strays.map { instant($0 * 3_600) })
        #expect(result.discontinuities.isEmpty)
    }

    @Test func `one that is heard of until the new one speaks puts the exchange there`() {
        let result = normalised(
            hourly([1_190, 1_200, 1_210, 1_210, 1_210, 55, 60]),
            exchanges: Self.exchanges
        )
        #expect(result.litres == [10, 10, 0, 0, 11, 5])
        #expect(result.strays.isEmpty)
    }

    @Test func `nor one far below the new meter`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 5_000)]
        let result = normalised(hourly([1_190, 1_200, 5_003, 1_210, 1_210, 5_010]), exchanges: exchanges)
        #expect(result.litres == [10, 13, 7])
        #expect(result.strays == [instant(10_800), instant(14_400)])
    }

    @Test(
        arguments: [
            [1_190, 1_200, 50, 600, 1_210, 1_215, 1_900],
            [1_190, 1_200, 1_180, 1_200, 1_210, 1_220, 1_230],
        ] as [[Int64]]
    )
    func `a new meter that passes the closing index is left alone`(indexes: [Int64]) {
        let result = normalised(hourly(indexes), exchanges: Self.exchanges)
        #expect(result.strays.isEmpty)
    }

    @Test func `a new meter that runs backwards past the closing index falls`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 900)]
        let indexes: [Int64] = [1_190, 1_200, 905, 1_195, 1_215, 1_180, 1_181]
        let result = normalised(hourly(indexes), exchanges: exchanges)
        #expect(result.strays.isEmpty)
        #expect(result.causes == ["fall 35"])
    }

    @Test func `thirty days later nobody hears of a removed meter`() {
        let late: Int64 = 5_000 + 30 * 86_400
        let readings =
            hourly([1_190, 1_200, 50]) + [
                reading(late - 3_600, 60), reading(late, 1_210), reading(late + 3_600, 61),
            ]
        #expect(normalised(readings, exchanges: Self.exchanges).strays.isEmpty)
    }
}
