import Metering

/// Fills one gap of the first way from the second one's stretches.
struct GapFilling {
    /// One reading of the second way, as it stands in the gap.
    struct Place {
        let at: Instant
        /// Its own stamp.
        let sourceAt: Instant
        let index: Volume
    }

    private let gap: PathGap
    private let dial: Dial
    private let tolerance: Volume
    private let settings: ReconciliationSettings

    init(_ gap: PathGap, on dial: Dial, tolerance: Volume, _ settings: ReconciliationSettings) {
        self.gap = gap
        self.dial = dial
        self.tolerance = tolerance
        self.settings = settings
    }

    /// In order of time.
    func places(from other: PathTrace) -> [Place] {
        let near = near
        guard let first = near.first, let last = near.last else { return [] }
        let reach = settings.mostSkewSeconds
        let half = settings.intervalSeconds / 2
        return other.stretches.flatMap { stretch -> [Place] in
            let inside = gap.part(of: stretch, reach: reach)
                .filter { gap.contains($0.at, half: half - reach) }
            guard !inside.isEmpty else { return [] }
            let beside = stretch.part(from: first.at - reach, to: last.at + reach)
            let skew = ClockSkew([near], [beside], settings).seconds
            let pair = StretchPair(near, beside.moved(by: -skew), tolerance: tolerance, settings)
            guard let pair, isTrusted(pair) else { return [] }
            return inside.compactMap { point in
                let at = point.at - skew
                guard gap.contains(at, half: half) else { return nil }
                let position = clamped(point.position - pair.offset.value)
                return Place(at: at, sourceAt: point.at, index: dial.wrapped(position))
            }
        }
    }

    /// The first way's points that have a say.
    private var near: [PathTrace.Point] {
        let from = (gap.before ?? gap.after).map { $0.at - settings.nearSeconds }
        let to = (gap.after ?? gap.before).map { $0.at + settings.nearSeconds }
        guard let from, let to else { return [] }
        return gap.stretch.part(from: gap.before == nil ? to - settings.nearSeconds : from, to: to)
    }

    private func clamped(_ position: Volume) -> Volume {
        let low = gap.before.map { max(position, $0.position) } ?? position
        return gap.after.map { min(low, $0.position) } ?? low
    }

    private func isTrusted(_ pair: StretchPair) -> Bool {
        guard pair.isComparable else { return false }
        if let before = gap.before, !pair.agrees(upTo: before.at) { return false }
        guard let after = gap.after else { return true }
        if pair.isCompared(since: after.at) { return pair.agrees(since: after.at) }
        // Nothing behind the gap confirms it yet. A register that stopped would leave all of the gap's water to the last
        // step, which must not be so short that somebody takes it for a burst.
        guard gap.before != nil, let last = pair.last(before: after.at) else { return false }
        return last.agrees && after.at - last.at > settings.shapedSeconds
    }
}
