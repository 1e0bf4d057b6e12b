import Metering
import Normalisation
import Testing

struct SpikeRuleTests {
    @Test(
        arguments: [
            ([500, 9_000, 520], [20], [1]),
            ([500, 9_000, 9_100, 520, 530], [20, 10], [1, 2]),
            ([500, 9_000, 8_000, 12, 520, 530], [20, 10], [1, 2, 3]),
            ([5_000, 1_200, 5_017], [17], [1]),
            ([5_000, 1_200, 1_200, 5_017], [17], [1, 2]),
            ([384_192, 384_102, 384_250], [58], [1]),
            ([500, 4_596, 500, 505], [0, 5], [1]),
            ([500, 1_500, 498, 505], [0, 5], [1]),
            ([9_999_990, 500_000, 3, 9], [13, 6], [1]),
            ([9_999_900, 1_500, 9_999_905, 9_999_907], [5, 2], [1]),
        ] as [([Int64], [Int64], [Int64])]
    )
    func `an index that leaves the series and comes back is no evidence`(
        indexes: [Int64],
        litres: [Int64],
        spikes: [Int64]
    ) {
        let result = normalised(hourly(indexes))
        #expect(result.litres == litres)
        #expect(result.spikes == spikes.map { instant($0 * 3_600) })
        #expect(result.discontinuities.isEmpty)
        #expect(!result.isTailUnconfirmed)
    }

    @Test(
        arguments: [
            ([990, 1_000, 9_000, 9_020, 9_030], ["jump 8000"]),
            ([990, 1_000, 5_000, 5_200, 5_300], ["jump 4000"]),
            ([990, 1_000, 9_000, 9_000, 9_000, 9_000, 1_010, 1_020], ["jump 8000", "fall 7990"]),
            ([500, 480, 460, 510], ["fall 20", "fall 20"]),
            ([500, 489, 490, 491], ["fall 11"]),
            ([500, 540, 505, 506], ["fall 35"]),
            ([500, 600, 550, 551], ["fall 50"]),
            ([4_999_990, 5_000_000, 44, 46, 50], ["fall 4999956"]),
        ] as [([Int64], [String])]
    )
    func `what its successors confirm is no spike`(indexes: [Int64], causes: [String]) {
        let result = normalised(hourly(indexes))
        #expect(result.causes == causes)
        #expect(result.spikes.isEmpty)
    }

    @Test(arguments: [(3_387, []), (3_388, ["jump 3388"])] as [(Int64, [String])])
    func `a rise is a jump when the pipe cannot carry it in the time`(rise: Int64, causes: [String]) {
        #expect(normalised(hourly([1_000, 1_000 + rise, 1_001 + rise])).causes == causes)
    }

    @Test func `a jump has an unexplained step and a new start`() {
        let result = normalised(hourly([1_000, 9_000, 9_020]))
        #expect(result.litres == [nil, 20])
        #expect(result.series.usage(in: instant(0)..<instant(3_601)).isUnexplained)
    }
}
