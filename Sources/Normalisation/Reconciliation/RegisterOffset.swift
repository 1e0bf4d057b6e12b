import Metering

/// The constant by which the second path's register is above the first one's, along one stretch of both.
///
/// Every reading of the second path allows a range of constants: 1,560 L while the first stood between 540 and 550
/// L allows 1,010 to 1,020, and jitter on either side. The constant that most readings allow counts, so a register
/// that stopped at noon does not bend what was true all morning. Of the readings that allow it the median, exactly, as
/// far as all of them allow it: readings taken at the same second give the constant to the millilitre.
struct RegisterOffset {
    /// How a reading of the second path compares.
    struct Comparison {
        let at: Instant
        /// The second's position less the first's, which lies in `range`.
        let apart: Volume
        let range: ClosedRange<Volume>
    }

    let value: Volume
    /// The readings compared, in order of time, and whether each allows the constant.
    let comparisons: [(comparison: Comparison, agrees: Bool)]

    /// Nil when no reading can be compared.
    ///
    /// - Parameters:
    ///   - first: a stretch of the first path.
    ///   - second: one of the second, its clock set right.
    ///   - tolerance: how far beyond the range is still jitter.
    init?(_ first: [PathTrace.Point], _ second: [PathTrace.Point], tolerance: Volume) {
        let all = second.compactMap { point in
            first.place(of: point.at).map {
                Comparison(
                    at: point.at,
                    apart: point.position - $0.here,
                    range: point.position - $0.high - tolerance...point.position - $0.low + tolerance
                )
            }
        }
        guard let allowed = RegisterOffset.mostAllowed(all) else { return nil }
        let agreeing = all.filter { $0.range.contains(allowed) }
        let median = agreeing.map(\.apart).sorted()[agreeing.count / 2]
        let low = agreeing.map(\.range.lowerBound).max() ?? median
        let high = agreeing.map(\.range.upperBound).min() ?? median
        let constant = min(max(median, low), high)
        value = constant
        comparisons = all.map { ($0, $0.range.contains(constant)) }
    }

    /// The smallest constant that most comparisons allow.
    private static func mostAllowed(_ all: [Comparison]) -> Volume? {
        let begins = all.map(\.range.lowerBound).sorted()
        let ends = all.map(\.range.upperBound).sorted()
        var best: (count: Int, value: Volume)?
        var ended = 0
        for (begun, value) in begins.enumerated() {
            while ended < ends.count, ends[ended] < value { ended += 1 }
            let count = begun + 1 - ended
            if count > best?.count ?? 0 { best = (count, value) }
        }
        return best?.value
    }
}
