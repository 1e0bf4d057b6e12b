import Metering

/// A stretch of the first path beside one of the second that overlaps it.
struct StretchPair {
    let offset: RegisterOffset

    private let own: [PathTrace.Point]
    private let other: [PathTrace.Point]
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
        self.own = own
        self.other = other
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

    /// The second path's readings where the first one has none for more than one and a half intervals.
    func filled(on dial: Dial) -> [(at: Instant, index: Volume)] {
        guard offset.comparisons.count >= settings.commonReadings, let first = own.first, let last = own.last
        else { return [] }
        let half = settings.intervalSeconds / 2
        var places: [(at: Instant, position: Volume)] = []
        if agrees(since: first.at) {
            places += other.prefix { $0.at < first.at - half }
                .map { ($0.at, min($0.position - offset.value, first.position)) }
        }
        places += zip(own, own.dropFirst()).flatMap(inside)
        if agrees(upTo: last.at) {
            places += other[other.position(of: last.at + half + 1)...]
                .map { ($0.at, max($0.position - offset.value, last.position)) }
        }
        return places.map { ($0.at, dial.wrapped($0.position)) }
    }

    private func inside(_ from: PathTrace.Point, _ to: PathTrace.Point)
        -> [(at: Instant, position: Volume)]
    {
        let interval = settings.intervalSeconds
        guard (to.at - from.at) * 2 > interval * 3, agrees(upTo: from.at),
            agrees(since: to.at)
        else { return [] }
        let half = interval / 2
        return other[other.position(of: from.at + half + 1)...].prefix { $0.at < to.at - half }
            .map { ($0.at, min(max($0.position - offset.value, from.position), to.position)) }
    }

    /// Whether the newest readings up to `instant` all allow the constant, and there is one.
    private func agrees(upTo instant: Instant) -> Bool {
        let near = offset.comparisons.filter { $0.comparison.at <= instant }
            .suffix(settings.readingsToDisagree)
        return !near.isEmpty && near.allSatisfy(\.agrees)
    }

    /// Whether the oldest readings from `instant` on all allow the constant, and there is one.
    private func agrees(since instant: Instant) -> Bool {
        let near = offset.comparisons.lazy.filter { $0.comparison.at >= instant }
            .prefix(settings.readingsToDisagree)
        return !near.isEmpty && near.allSatisfy(\.agrees)
    }
}
