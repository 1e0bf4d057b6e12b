import Metering
import Normalisation
import Seeds

/// One register with known truth, as two paths read it each hour.
struct TwoPaths {
    var first: [Reading] = []
    var second: [Reading] = []

    /// - Parameters:
    ///   - seed: of the water.
    ///   - hours: how long.
    ///   - offset: how far the second register is above the first, in litres.
    ///   - skew: how far the second clock is ahead, in seconds.
    ///   - index: where the first register begins, on a dial of 10,000 m3.
    init(seed: UInt64, hours: Int64 = 240, offset: Int64 = 0, skew: Int64 = 0, index: Int64 = 1_000) {
        var random = SeededGenerator(seed: seed)
        var index = index
        for hour in 0..<hours {
            first.append(reading(hour * 3_600, index % 10_000_000))
            second.append(reading(hour * 3_600 + skew, (index + offset + 20_000_000) % 10_000_000))
            index +=
                Int.random(in: 0..<3, using: &random) == 0 ? Int64.random(in: 0...300, using: &random) : 0
        }
    }

    /// What both say together.
    var reconciled: Reconciled {
        Reconciled(first, second, context())
    }

    /// The first path without the readings of these hours.
    func silent(_ hours: Range<Int64>) -> TwoPaths {
        var paths = self
        let range = instant(hours.lowerBound * 3_600)..<instant(hours.upperBound * 3_600)
        paths.first.removeAll { range.contains($0.at) }
        return paths
    }
}

/// What two ways say of each other, and what one fills in.
struct Reconciled {
    let paths: ReconciledPaths
    let fillings: [FilledReading]
    private let first: [Reading]

    init(_ first: [Reading], _ second: [Reading], _ context: SeriesContext) {
        let reconciliation = Reconciliation(context)
        paths = reconciliation.compare(first, with: second)
        fillings = reconciliation.fill(first, from: second, isWhole: true).readings
        self.first = first
    }

    var verdict: ReconciledPaths.Verdict { paths.verdict }
    var offset: Volume? { paths.offset }
    var skewSeconds: Int64 { paths.skewSeconds }
    var missing: ReconciledPaths.Missing { paths.missing }
    /// All readings, by time.
    var merged: [Reading] { (first + filled).sorted { $0.at < $1.at } }
    /// Those that the second path filled in.
    var filled: [Reading] { fillings.map(\.reading) }
}
