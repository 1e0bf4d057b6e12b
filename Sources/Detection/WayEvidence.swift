public import Metering

/// How the two ways of one service point stand to each other.
public struct WayEvidence: Hashable, Sendable {
    /// Between which instants they do not fit, and by up to how much; nil while they fit.
    public let disagreement: Disagreement?
    /// The point whose second way is this one's meter, and the reverse; nil where none is.
    public let partner: ServicePoint.ID?
    /// Each way's newest reading and usual delay.
    public let ways: [Way]

    public init(disagreement: Disagreement?, partner: ServicePoint.ID? = nil, ways: [Way]) {
        self.disagreement = disagreement
        self.partner = partner
        self.ways = ways
    }

    /// The same with the point that this one is crossed with.
    public func with(partner: ServicePoint.ID) -> WayEvidence {
        WayEvidence(disagreement: disagreement, partner: partner, ways: ways)
    }

    /// What does not fit.
    public struct Disagreement: Hashable, Sendable {
        public let span: Range<Instant>
        public let by: Volume

        public init(span: Range<Instant>, by: Volume) {
            self.span = span
            self.by = by
        }
    }

    /// One of the ways.
    public struct Way: Hashable, Sendable {
        public let route: Route
        /// The newest reading, of the time that was looked at; nil when there is none.
        public let lastReadingAt: Instant?
        /// How late it delivers when all is well.
        public let expectedDelaySeconds: Int64

        public init(route: Route, lastReadingAt: Instant?, expectedDelaySeconds: Int64) {
            self.route = route
            self.lastReadingAt = lastReadingAt
            self.expectedDelaySeconds = expectedDelaySeconds
        }
    }
}
