import Metering
import Normalisation
import Seeds
import Testing

struct ClockDriftTests {
    private static func stamps(_ ahead: [Int64], every seconds: Int64) -> [(own: Instant, answered: Instant)]
    {
        ahead.enumerated().map { position, ahead in
            let answered = instant(Int64(position) * seconds)
            return (answered + ahead, answered)
        }
    }

    @Test(
        arguments: [
            ([5, 15, 25], 25, 10), ([-3, -3, -3], -3, 0), ([100, 90, 80, 70, 60], 60, -10),
            ([7], 7, 0), ([0, 0, 0, 0, 5_000, 0, 0, 0], 0, 0),
        ] as [([Int64], Int64, Int64)]
    )
    func `daily stamps tell where the clock stands and what it gains`(
        ahead: [Int64],
        seconds: Int64,
        gain: Int64
    ) throws {
        let drift = try #require(ClockDrift(of: Self.stamps(ahead, every: 86_400)))
        #expect(drift.aheadSeconds == seconds)
        #expect(drift.gainSecondsPerDay == gain)
        let reversed = ClockDrift(of: Self.stamps(ahead, every: 86_400).reversed())
        #expect(reversed == drift)
    }

    @Test func `less than a day tells no gain, and nothing tells nothing`() {
        #expect(ClockDrift(of: Self.stamps([0, 10, 20], every: 3_600))?.gainSecondsPerDay == 0)
        #expect(ClockDrift(of: []) == nil)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the gain of a clock is found among late answers and odd stamps`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let gain = Int64.random(in: -60...60, using: &random)
        let ahead = (0..<720 as Range<Int64>).map { hour in
            Int64.random(in: 0..<50, using: &random) == 0
                ? 40_000 : hour * gain / 24 + .random(in: -2...2, using: &random)
        }
        let drift = try #require(ClockDrift(of: Self.stamps(ahead, every: 3_600)))
        #expect(abs(drift.gainSecondsPerDay - gain) <= 1)
    }
}
