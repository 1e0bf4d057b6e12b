import Metering

/// A stretch of the first way beside one of the second that overlaps it, its clock set right.
struct StretchPair {
    let offset: RegisterOffset

    private let settings: ReconciliationSettings

    /// Nil when they do not overlap.
    init?(
        _ own: [PathTrace.Point],
        _ other: [PathTrace.Point],
        tolerance: Volume,
        _ settings: ReconciliationSettings
    ) {
        guard let offset = RegisterOffset(own, other, tolerance: tolerance) else { return nil }
        self.offset = offset
        self.settings = settings
    }

    /// From the first to the last reading beyond jitter, where enough of them follow each other.
    var disagreement: (span: Range<Instant>, by: Volume)? {
        var runs: [[RegisterOffset.Comparison]] = [[]]
        for (comparison, agrees) in offset.comparisons {
            if agrees { runs.append([]) } else { runs[runs.count - 1].append(comparison) }
        }
        let long = runs.filter { $0.count >= settings.readingsToDisagree }
        guard let from = long.first?.first?.at, let to = long.last?.last?.at else { return nil }
        let apart = long.joined().map { max($0.apart - offset.value, offset.value - $0.apart) }
        return (from..<to + 1, apart.max() ?? .zero)
    }

    /// Whether enough can be compared, and most of it allows one constant.
    var isComparable: Bool {
        let agreeing = offset.comparisons.count(where: \.agrees)
        return offset.comparisons.count >= settings.commonReadings
            && agreeing * 2 >= offset.comparisons.count
    }

    func isCompared(since instant: Instant) -> Bool {
        offset.comparisons.last.map { $0.comparison.at >= instant } ?? false
    }

    /// The newest comparison before an instant.
    func last(before instant: Instant) -> (at: Instant, agrees: Bool)? {
        offset.comparisons.last { $0.comparison.at < instant }.map { ($0.comparison.at, $0.agrees) }
    }

    /// Whether the newest readings up to `instant` all allow the constant, and there is one.
    func agrees(upTo instant: Instant) -> Bool {
        let near = offset.comparisons.filter { $0.comparison.at <= instant }
            .suffix(settings.readingsToDisagree)
        return !near.isEmpty && near.allSatisfy(\.agrees)
    }

    /// Whether the oldest readings from `instant` on all allow the constant, and there is one.
    func agrees(since instant: Instant) -> Bool {
        let near = offset.comparisons.lazy.filter { $0.comparison.at >= instant }
            .prefix(settings.readingsToDisagree)
        return !near.isEmpty && near.allSatisfy(\.agrees)
    }
}
