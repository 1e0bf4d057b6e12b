import Metering
import Normalisation
import Testing

struct HeadRuleTests {
    @Test(
        arguments: [
            ([2_437_603, 502, 503, 510], [1, 7], 1),
            ([44, 5_002, 5_003, 5_010], [1, 7], 1),
            ([2_437_603, 9_100_000, 502, 503, 510], [1, 7], 2),
            ([2_437_603, 9_100_000, 5_000_000, 502, 503, 510], [1, 7], 3),
            ([900, 502, 503, 510], [1, 7], 1),
        ] as [([Int64], [Int64], Int)]
    )
    func `first readings that all others contradict are held out`(
        indexes: [Int64],
        litres: [Int64],
        count: Int
    ) {
        let result = normalised(hourly(indexes))
        #expect(result.litres == litres)
        #expect(result.unconfirmedHead == (0..<count).map { instant(Int64($0) * 3_600) })
        #expect(result.discontinuities.isEmpty)
    }

    @Test(
        arguments: [
            ([552, 502, 503, 510], ["fall 50"]),
            ([900, 910, 502, 503, 510], ["fall 408"]),
            ([2_437_603, 2_437_700, 502, 503, 510], ["fall 2437198"]),
            ([44, 46, 9_000, 9_001, 9_002], ["jump 8954"]),
        ] as [([Int64], [String])]
    )
    func `a fall of little, and what contradicts readings that confirm each other, stays`(
        indexes: [Int64],
        causes: [String]
    ) {
        let result = normalised(hourly(indexes))
        #expect(result.causes == causes)
        #expect(result.unconfirmedHead.isEmpty)
    }

    @Test(arguments: [(86_400, true), (86_401, false)] as [(Int64, Bool)])
    func `a reading before a long silence tells of another meter, one of the same day does not`(
        seconds: Int64,
        isHeldOut: Bool
    ) {
        let later = [44, 46, 50].enumerated().map { reading(seconds + Int64($0) * 3_600, $1) }
        let result = normalised([reading(0, 5_000_000)] + later)
        #expect(result.unconfirmedHead.isEmpty != isHeldOut)
        #expect(result.causes == (isHeldOut ? [] : ["fall 4999956"]))
    }

    @Test func `two more readings must confirm the one that contradicts`() {
        #expect(normalised(hourly([2_437_603, 502, 503])).causes == ["fall 2437101"])
        #expect(normalised(hourly([2_437_603, 502, 503, 9_000])).causes == ["fall 2437101"])
    }

    @Test func `an announced exchange that does not fit is not forgotten`() {
        let exchanges = [exchange(at: 2_000, closing: 1_100, opening: 44)]
        let result = normalised(hourly([1_200, 400, 410, 420]), exchanges: exchanges)
        #expect(result.causes == ["fall 100"])
    }
}
