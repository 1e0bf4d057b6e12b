import Metering
import Normalisation
import Seeds
import Testing

/// A bad clock neither makes nor loses a litre.
struct BadClockTests {
    /// A month of hourly readings whose clock drifts, leaps and is reset; the water is real.
    private struct Life {
        private(set) var readings: [Reading] = []
        private(set) var truth = Volume.zero

        /// - Parameters:
        ///   - seed: of everything that happens.
        ///   - leaps: the most seconds by which the clock leaps either way.
        init(seed: UInt64, leaps: Int64) {
            var random = SeededGenerator(seed: seed)
            let gain = Int64.random(in: -20...20, using: &random)
            var (index, offset, used) = (Int64(700_000), Int64(0), Int64(0))
            for hour in 0..<720 as Range<Int64> {
                offset += gain
                switch Int.random(in: 0..<100, using: &random) {
                case 0: offset += Int64.random(in: -leaps...leaps, using: &random)
                case 1: offset = 0
                default: break
                }
                let litres = max(0, Int64.random(in: -100...180, using: &random))
                (index, used) = (index + litres, used + litres)
                readings.append(reading(hour * 3_600 + offset, index))
            }
            // The clock is right at last: the truth up to then is known.
            readings.append(reading(740 * 3_600, index))
            let first = readings.min { ($0.at, $0.index) < ($1.at, $1.index) }
            truth = .litres(index) - (first?.index ?? .zero)
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `while stamps keep their order, usage over the whole is the truth`(seed: UInt64) {
        let life = Life(seed: seed, leaps: 0)
        let ordered = zip(life.readings, life.readings.dropFirst()).allSatisfy { $0.at < $1.at }
        let series = normalised(life.readings)
        #expect(series.total == life.truth, "seed \(seed)")
        #expect(series.discontinuities.isEmpty || !ordered, "seed \(seed)")
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `with every leap and reset, usage and what is declared unexplained are the truth`(seed: UInt64) {
        let life = Life(seed: seed, leaps: 20_000)
        let series = normalised(life.readings)
        let declared = series.discontinuities.reduce(Volume.zero) {
            $0 + ($1.kind == .jump ? $1.amount : -$1.amount)
        }
        #expect(series.total + declared == life.truth, "seed \(seed)")
        #expect(!series.isTailUnconfirmed, "seed \(seed)")
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `the order of arrival changes neither usage nor what is said of the clock`(seed: UInt64) {
        let life = Life(seed: seed, leaps: 20_000)
        var random = SeededGenerator(seed: seed)
        let shuffled = life.readings.shuffled(using: &random)
        #expect(normalised(shuffled) == normalised(life.readings), "seed \(seed)")
        let rule = ClockRule()
        #expect(
            rule.drifts(amongStamps: shuffled.map(\.at))
                == rule.drifts(amongStamps: life.readings.map(\.at)),
            "seed \(seed)"
        )
    }
}
