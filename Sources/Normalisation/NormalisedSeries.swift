public import Metering

/// What a series of indexes comes to: usage, and everything about it that is not plain usage.
public struct NormalisedSeries: Hashable, Sendable {
    public let series: UsageSeries
    /// What only a person can explain; each has its `.unexplained` step in the series.
    public let discontinuities: [Discontinuity]
    /// Small falls that were held at the highest index.
    public let jitter: [HeldJitter]
    /// Readings that left the series and came back, in order of time; no evidence.
    public let spikes: [Instant]
    /// Readings of meters that had been removed, in order of time; no evidence.
    public let strays: [Instant]
    /// The first readings, which what follows contradicts and nothing before confirms; held out.
    public let unconfirmedHead: [Instant]
    /// The announced exchanges, each where the indexes show it.
    public let exchanges: [MeterExchange]
    /// The newest reading does not fit and has no successor yet, so it is held out.
    public let isTailUnconfirmed: Bool

    public init(
        series: UsageSeries,
        discontinuities: [Discontinuity] = [],
        jitter: [HeldJitter] = [],
        spikes: [Instant] = [],
        strays: [Instant] = [],
        unconfirmedHead: [Instant] = [],
        exchanges: [MeterExchange] = [],
        isTailUnconfirmed: Bool = false
    ) {
        self.series = series
        self.discontinuities = discontinuities
        self.jitter = jitter
        self.spikes = spikes
        self.strays = strays
        self.unconfirmedHead = unconfirmedHead
        self.exchanges = exchanges
        self.isTailUnconfirmed = isTailUnconfirmed
    }

    /// A reading a little below the highest index so far.
    public struct HeldJitter: Hashable, Sendable {
        public let at: Instant
        public let by: Volume

        public init(at: Instant, by: Volume) {
            self.at = at
            self.by = by
        }
    }
}
