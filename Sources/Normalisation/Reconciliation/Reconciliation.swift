public import Metering

/// Compares two paths of one service point, and lets the second fill the first one's gaps.
///
/// The same register is read over a line and sent through a feed. Each path is normalised alone. Then the clocks
/// are laid on each other (`ClockSkew`), the registers compared (`RegisterOffset`), and every reading of the second
/// path either allows the constant or is beyond jitter. Three in a row beyond it are a disagreement.
///
/// A gap of the first path is filled with the second one's readings, moved by skew and offset, while the second
/// agrees on both sides of it. What is filled in lies between the first path's own indexes, so it shapes a gap and
/// adds nothing to it; before the first and after the last reading, where no index of its own closes, it goes on
/// from there. Across an exchange nothing is carried over that is not known on both sides.
public struct Reconciliation: Sendable {
    private let context: SeriesContext
    private let settings: ReconciliationSettings

    /// - Parameters:
    ///   - context: of the service point; the dial is that of the first path.
    ///   - settings: the terms.
    public init(_ context: SeriesContext, settings: ReconciliationSettings = .shipped) {
        self.context = context
        self.settings = settings
    }

    /// Reconciles the readings of two paths, each in any order and with any revisions.
    public func reconcile(_ first: [Reading], with second: [Reading]) -> ReconciledPaths {
        let normaliser = SeriesNormaliser(context)
        let own = PathTrace(normaliser.walk(first))
        let walk = normaliser.walk(second)
        let skew = ClockSkew(own, PathTrace(walk), settings).seconds
        let other = PathTrace(walk, movedBy: -skew)
        let pairs = own.stretches.flatMap { mine in
            other.stretches.compactMap { StretchPair(mine, $0, tolerance: tolerance, settings) }
        }
        let filled = pairs.flatMap { $0.filled(on: context.dial) }.sorted { $0.at < $1.at }
        let point = first.first?.point ?? second.first?.point
        return ReconciledPaths(
            verdict: verdict(pairs, skew),
            offset: pairs.last.map { shorter($0.offset.value) },
            skewSeconds: skew,
            readings: first.map { ReconciledPaths.PathReading($0, .ownPath) }
                + filled.compactMap { place in
                    point.map {
                        .init(Reading(point: $0, at: place.at, index: place.index), .filledFromOther)
                    }
                },
            missing: missing(own, other)
        )
    }

    private var tolerance: Volume { JitterRule(context).limit }

    private func verdict(_ pairs: [StretchPair], _ skew: Int64) -> ReconciledPaths.Verdict {
        let compared = pairs.reduce(0) { $0 + $1.offset.comparisons.count }
        guard compared >= settings.commonReadings, let newest = pairs.last else { return .unknown }
        let worst = pairs.compactMap(\.disagreement).max { $0.by < $1.by }
        if let worst { return .disagree(worst.span, by: worst.by) }
        if abs(skew) > settings.skewFlaggedSeconds { return .skewed(seconds: skew) }
        let offset = shorter(newest.offset.value)
        return max(offset, -offset) > tolerance ? .offset(offset) : .agree
    }

    /// Round the dial by the shorter way: 9,999 m3 on a dial of 10,000 is -1.
    private func shorter(_ offset: Volume) -> Volume {
        let wrapped = context.dial.wrapped(offset)
        return wrapped * 2 > context.dial.capacity ? wrapped - context.dial.capacity : wrapped
    }

    private func missing(_ own: PathTrace, _ other: PathTrace) -> ReconciledPaths.Missing {
        let (mine, theirs) = (slots(own), slots(other))
        return ReconciledPaths.Missing(
            onFirst: theirs.subtracting(mine).sorted(),
            onSecond: mine.subtracting(theirs).sorted()
        )
    }

    /// The instants of the interval's grid to which readings are nearest.
    private func slots(_ trace: PathTrace) -> Set<Instant> {
        let interval = settings.intervalSeconds
        return Set(
            trace.stretches.joined().map { point in
                let seconds = point.at.secondsSince1970 + interval / 2
                return Instant(secondsSince1970: seconds - ((seconds % interval) + interval) % interval)
            }
        )
    }
}
