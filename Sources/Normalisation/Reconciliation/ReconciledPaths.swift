public import Metering

/// What two ways of one service point say of each other.
public struct ReconciledPaths: Hashable, Sendable {
    public let verdict: Verdict
    /// How far the second way's register is above the first one's, by the shorter way round the dial; nil when
    /// unknown.
    ///
    /// Of the newest stretch without an exchange that both cover.
    public let offset: Volume?
    /// How far the second way's clock is ahead of the first one's.
    public let skewSeconds: Int64
    /// The hours of which only the other way brought a reading.
    public let missing: Missing

    /// Whether one way may stand for the other.
    public enum Verdict: Hashable, Sendable {
        /// Too few readings to compare.
        case unknown
        case agree
        /// They agree but for a constant, as where one counts pulses from zero.
        case offset(Volume)
        /// They agree but for their clocks.
        case skewed(seconds: Int64)
        /// They differ by more than jitter, or the constant between them jumped, between these instants by up to so
        /// much; nothing is filled in there.
        case disagree(Range<Instant>, by: Volume)
    }

    /// Full hours, each named by its instant.
    public struct Missing: Hashable, Sendable {
        public let onFirst: [Instant]
        public let onSecond: [Instant]
    }
}

/// A reading of the second way that stands in a gap of the first.
public struct FilledReading: Hashable, Sendable {
    /// As it stands in the series: by the first way's clock and register.
    public let reading: Reading
    /// As the second way brought it, by which its capture is found.
    public let source: Reading

    init(reading: Reading, source: Reading) {
        self.reading = reading
        self.source = source
    }
}
