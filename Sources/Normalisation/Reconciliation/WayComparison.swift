import Metering

/// All stretches of two ways against each other.
struct WayComparison {
    private let pairs: [(pair: StretchPair, own: Int, other: Int)]
    private let own: PathTrace
    private let other: PathTrace
    private let tolerance: Volume
    private let settings: ReconciliationSettings

    /// - Parameters:
    ///   - own: the first way.
    ///   - other: the second one, its clock set right.
    ///   - tolerance: what is jitter.
    ///   - settings: the terms.
    init(_ own: PathTrace, _ other: PathTrace, tolerance: Volume, _ settings: ReconciliationSettings) {
        self.own = own
        self.other = other
        self.tolerance = tolerance
        self.settings = settings
        pairs = own.stretches.indices.flatMap { mine in
            other.stretches.indices.compactMap { theirs in
                let (one, two) = (own.stretches[mine], other.stretches[theirs])
                return StretchPair(one, two, tolerance: tolerance, settings).map { ($0, mine, theirs) }
            }
        }
    }

    /// How many readings could be compared.
    var count: Int { pairs.reduce(0) { $0 + $1.pair.offset.comparisons.count } }

    var newestOffset: Volume? { pairs.last?.pair.offset.value }

    /// The worst of what does not fit; nil where all does.
    var disagreement: (span: Range<Instant>, by: Volume)? {
        (pairs.compactMap(parted) + jumps).max { $0.by < $1.by }
    }

    private func parted(_ one: (pair: StretchPair, own: Int, other: Int))
        -> (span: Range<Instant>, by: Volume)?
    {
        let stretch = own.stretches[one.own]
        guard let found = one.pair.disagreement, let first = stretch.first, let last = stretch.last
        else { return nil }
        let used = (last.position - first.position).millilitres
        return found.by.millilitres * 1_000 > used * settings.partedPermille ? found : nil
    }

    /// Where the second register went on from elsewhere and no exchange explains it, while the first one went on.
    private var jumps: [(span: Range<Instant>, by: Volume)] {
        zip(pairs, pairs.dropFirst()).compactMap { one, next in
            guard one.own == next.own, next.other == one.other + 1, other.breaks[one.other] == .unexplained,
                let from = other.stretches[one.other].last?.at, let to = other.stretches[next.other].first?.at
            else { return nil }
            let by = next.pair.offset.value - one.pair.offset.value
            let size = max(by, -by)
            return size > tolerance ? (from..<to + 1, size) : nil
        }
    }
}
