public import Metering

/// Compares two ways to one meter, and lets the second fill the first one's gaps.
///
/// The same register is read over a line and sent through a feed. Each way is normalised alone. Then the clocks are
/// laid on each other (`ClockSkew`), the registers compared (`RegisterOffset`), and every reading of the second way
/// either allows the constant or is beyond jitter. Three in a row beyond it are a disagreement.
///
/// A gap of the first way is filled with the second one's readings, moved by skew and offset, while the second agrees
/// on both sides of it. What is filled in lies between the first way's own indexes, so it shapes a gap and adds
/// nothing to it; behind the last reading, where no index of its own closes, it goes on from there. Across an exchange
/// nothing is carried over that is not known on both sides.
///
/// What a gap is filled with is decided by the week before and behind it alone (`reachSeconds`), so that a judgement
/// which looks at a part of the past comes to the same as one that looks at all of it.
public struct Reconciliation: Sendable {
    /// How far from a gap readings have a say in what it is filled with.
    public static let reachSeconds =
        ReconciliationSettings().nearSeconds + ReconciliationSettings().mostSkewSeconds

    let context: SeriesContext
    let settings: ReconciliationSettings
    /// By which the second way's indexes are read.
    public let secondContext: SeriesContext

    /// - Parameters:
    ///   - context: of the service point; the dial is that of the first way.
    ///   - resolution: the smallest step of the second way's index; nil for that of the dial.
    public init(_ context: SeriesContext, resolution: Volume? = nil) {
        self.context = context
        settings = ReconciliationSettings()
        secondContext = SeriesContext(
            dial: Dial(capacity: context.dial.capacity, resolution: resolution ?? context.dial.resolution),
            calibre: context.calibre,
            exchanges: context.exchanges,
            invalid: context.invalid,
            settings: context.settings
        )
    }

    /// Both clocks and registers against each other, over all that is given.
    ///
    /// - Parameters:
    ///   - first: the first way's readings, in any order and with any revisions.
    ///   - second: the second way's.
    /// - Returns: what they say of each other.
    public func compare(_ first: [Reading], with second: [Reading]) -> ReconciledPaths {
        let own = PathTrace(SeriesNormaliser(context).walk(first))
        let other = PathTrace(SeriesNormaliser(secondContext).walk(second))
        let skew = ClockSkew(own.stretches, other.stretches, settings).seconds
        let moved = other.moved(by: -skew)
        let comparison = WayComparison(own, moved, tolerance: tolerance, settings)
        return ReconciledPaths(
            verdict: verdict(comparison, skew),
            offset: comparison.newestOffset.map { context.dial.shorterWay($0) },
            skewSeconds: skew,
            missing: missing(own, moved)
        )
    }

    /// What of the second way stands in the first one's gaps, in order of time.
    ///
    /// - Parameters:
    ///   - first: the first way's readings, in any order and with any revisions.
    ///   - second: the second way's, of the same time and of `reachSeconds` before.
    ///   - isWhole: whether the first way has none before these, so that the second may go back further.
    /// - Returns: the gaps, and no reading while too little is known of both.
    public func fill(_ first: [Reading], from second: [Reading], isWhole: Bool) -> WayFilling {
        let evidence = Evidence.choose(from: second, outside: context.invalid)
        guard let oldest = evidence.first?.at else { return .none }
        let own = PathTrace(SeriesNormaliser(context).walk(first))
        let gaps = PathGap.all(in: own, longerThan: settings.intervalSeconds * 3 / 2, isWhole: isWhole)
        let sources = Dictionary(evidence.map { ($0.at, $0) }, uniquingKeysWith: { first, _ in first })
        let other = PathTrace(SeriesNormaliser(secondContext).walk(evidence))
        let readings = gaps.flatMap { gap in
            GapFilling(gap, on: context.dial, tolerance: tolerance, settings).places(from: other)
                .compactMap { place in
                    sources[place.sourceAt].map { source in
                        FilledReading(
                            reading: Reading(point: source.point, at: place.at, index: place.index),
                            source: source
                        )
                    }
                }
        }
        return WayFilling(
            readings: readings,
            gaps: gaps.map { $0.span(since: oldest - settings.mostSkewSeconds) }
        )
    }

    /// The coarser of the two registers has the say.
    private var tolerance: Volume {
        max(JitterRule(context).limit, JitterRule(secondContext).limit)
    }

    private func verdict(_ comparison: WayComparison, _ skew: Int64) -> ReconciledPaths.Verdict {
        guard comparison.count >= settings.commonReadings, let offset = comparison.newestOffset else {
            return .unknown
        }
        if let worst = comparison.disagreement { return .disagree(worst.span, by: worst.by) }
        if abs(skew) > settings.skewFlaggedSeconds { return .skewed(seconds: skew) }
        let shorter = context.dial.shorterWay(offset)
        return max(shorter, -shorter) > tolerance ? .offset(shorter) : .agree
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
