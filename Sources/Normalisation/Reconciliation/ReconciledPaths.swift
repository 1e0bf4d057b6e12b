public import Metering

/// What two paths of one service point say together.
public struct ReconciledPaths: Hashable, Sendable {
    public let verdict: Verdict
    /// How far the second path's register is above the first one's, by the shorter way round the dial; nil when
    /// unknown.
    ///
    /// Of the newest stretch without an exchange that both cover.
    public let offset: Volume?
    /// How far the second path's clock is ahead of the first one's.
    public let skewSeconds: Int64
    /// The first path's readings as they came, and after them those that the second one fills in, in order of time.
    public let readings: [PathReading]
    /// The hours of which only the other path brought a reading.
    public let missing: Missing

    /// Whether one path may stand for the other.
    public enum Verdict: Hashable, Sendable {
        /// Too few readings to compare.
        case unknown
        case agree
        /// They agree but for a constant, as where one counts pulses from zero.
        case offset(Volume)
        /// They agree but for their clocks.
        case skewed(seconds: Int64)
        /// They differ by more than jitter, between these instants by up to so much; nothing is filled in there.
        case disagree(Range<Instant>, by: Volume)
    }

    /// A reading, and by which path it came.
    public struct PathReading: Hashable, Sendable {
        public let reading: Reading
        public let provenance: Provenance

        public init(_ reading: Reading, _ provenance: Provenance) {
            self.reading = reading
            self.provenance = provenance
        }
    }

    public enum Provenance: Hashable, Sendable {
        case ownPath
        /// From the other path, its clock and its register set right.
        case filledFromOther
    }

    /// Full hours, each named by its instant.
    public struct Missing: Hashable, Sendable {
        public let onFirst: [Instant]
        public let onSecond: [Instant]
    }
}
