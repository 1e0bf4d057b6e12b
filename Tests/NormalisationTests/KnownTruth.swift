import Metering
import Seeds
import Normalisation

/// A register's life with known truth: what it really advanced, and what came of it over a bad line.
///
/// The register wraps, is exchanged, jitters below its true index and is read with gaps; readings come twice, late,
/// corrected, estimated and now and then corrupt. The first and the last reading are clean, so the truth between
/// them is known to the litre.
struct KnownTruth {
    private(set) var readings: [Reading] = []
    private(set) var exchanges: [MeterExchange] = []
    private(set) var used: Volume = .zero
    let context: SeriesContext

    private static let hours = 240
    private let swaps: Bool
    private let capacity: Int64
    private let count: Int64
    private var index: Int64
    private var random: SeededGenerator
    private var hoursSinceSpike = 0
    private var hoursSinceSwap = 0
    private let noteError: Int64

    /// - Parameters:
    ///   - seed: of everything that happens.
    ///   - noteError: by how many seconds at most exchanges are noted too early or too late; then they are days apart,
    ///     and no index is corrupt right after one, where it may look like the old meter.
    ///   - swaps: whether meters are exchanged now and then.
    init(seed: UInt64, noteError: Int64 = 0, swaps: Bool = true) {
        self.swaps = swaps
        self.noteError = noteError
        random = SeededGenerator(seed: seed)
        count = [1, 10].randomElement(using: &random) ?? 1
        capacity = [100_000, 1_000_000].randomElement(using: &random) ?? 100_000
        index = Int64.random(in: 0..<(capacity / count), using: &random) * count
        let dial = Dial(capacity: .litres(capacity), resolution: .litres(count))
        let calibre = Calibre(millimetres: 20)
        context = SeriesContext(dial: dial, calibre: calibre)
        readings.append(reading(0, index))
        for hour in 1...KnownTruth.hours { pass(hour) }
    }

    var normaliser: SeriesNormaliser {
        SeriesNormaliser(SeriesContext(dial: context.dial, calibre: context.calibre, exchanges: exchanges))
    }

    private mutating func pass(_ hour: Int) {
        let end = Int64(hour) * 3_600
        use(upTo: 900)
        hoursSinceSwap += 1
        let mayBeSwapped = swaps && (noteError == 0 || hoursSinceSwap > 60)
        if mayBeSwapped, chance(1, of: 40) { swap(at: end - 1_800) }
        if mayBeSwapped, chance(1, of: 400) { swap(at: end - 900) }
        use(upTo: 900)
        if hour == KnownTruth.hours { readings.append(reading(end, index)) } else { report(at: end) }
    }

    private mutating func use(upTo most: Int64) {
        let amount = chance(1, of: 2) ? Int64.random(in: 0...(most / count), using: &random) * count : 0
        index = (index + amount) % capacity
        used += .litres(amount)
    }

    private mutating func swap(at seconds: Int64) {
        let opening = Int64.random(in: 0...30, using: &random) * count
        hoursSinceSwap = 0
        let noted = seconds + Int64.random(in: -noteError...noteError, using: &random)
        exchanges.append(exchange(at: noted, closing: index, opening: opening))
        index = opening
    }

    private mutating func report(at seconds: Int64) {
        hoursSinceSpike += 1
        if chance(1, of: 10) { return }
        if hoursSinceSpike > 5, noteError == 0 || hoursSinceSwap > 3, chance(1, of: 60) {
            hoursSinceSpike = 0
            readings.append(reading(seconds, (index + capacity / 3) % capacity))
            return
        }
        let most = max(10, 2 * count) / count
        let below = chance(1, of: 4) ? Int64.random(in: 0...most, using: &random) * count : 0
        let shown = reading(seconds, (index - below + capacity) % capacity)
        readings.append(shown)
        if chance(1, of: 20) { readings.append(shown) }
        if chance(1, of: 30) { correct(shown, at: seconds) }
        if chance(1, of: 30) { readings.append(reading(seconds + 600, index + 77, quality: .estimated)) }
    }

    /// The value came wrong at first.
    private mutating func correct(_ shown: Reading, at seconds: Int64) {
        readings.removeLast()
        readings.append(reading(seconds, Int64.random(in: 0..<capacity, using: &random)))
        readings.append(
            Reading(point: shown.point, at: shown.at, index: shown.index, revision: 2)
        )
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }
}
