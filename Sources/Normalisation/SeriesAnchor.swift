public import Metering

/// Finds a reading from which a walk along the indexes ends where a walk from the very first one would.
///
/// A walk holds small falls at the highest index so far, and leaves spikes out; so it may not begin just anywhere: of
/// 500, 497, 497, 503 L it makes 3 L, but 6 L if it begins at the second. It may begin at `b` of a rise a, b by more
/// than jitter (10 L, or two counts) that is followed by readings which only rise, each by no more than the pipe can
/// carry: then `b` is the highest so far, whatever was before, and no spike, since spikes are of three readings at most.
public struct SeriesAnchor {
    private let context: SeriesContext
    private let rules: IndexRules

    public init(_ context: SeriesContext) {
        self.context = context
        rules = IndexRules(context)
    }

    /// The newest anchor at or before an instant.
    ///
    /// - Parameters:
    ///   - readings: in order of time, of each instant the highest revision.
    ///   - limit: the instant.
    /// - Returns: nil when there is none among these readings.
    public func newest(in readings: [Reading], at limit: Instant) -> Instant? {
        let evidence = Evidence.choose(from: readings, outside: context.invalid)
        for place in evidence.indices.dropFirst().reversed() where evidence[place].at <= limit {
            if isAnchor(place, evidence) { return evidence[place].at }
        }
        return nil
    }

    private func isAnchor(_ place: Int, _ evidence: [Reading]) -> Bool {
        // One more than a spike may have.
        let last = place + context.settings.spikeReadings + 1
        guard last < evidence.count, evidence[place].index - evidence[place - 1].index > rules.jitter.limit
        else {
            return false
        }
        return (place...last).allSatisfy { rises(from: evidence[$0 - 1], to: evidence[$0]) }
            && !isNearExchange(evidence[place - 1].at, evidence[last].at)
    }

    /// Whether an exchange may be placed among these, or its old meter may still be heard there.
    private func isNearExchange(_ first: Instant, _ last: Instant) -> Bool {
        let settings = context.settings
        let reach = settings.exchangeReachHours * 3_600
        return context.exchanges.contains {
            first <= $0.at + settings.removedMeterDays * 86_400 + reach && $0.at <= last + reach
        }
    }

    private func rises(from a: Reading, to b: Reading) -> Bool {
        let rise = b.index - a.index
        return rise >= .zero && rise <= rules.pipe.mostCarried(inSeconds: b.at - a.at)
    }
}
