/// What a meter's clock showed, and between what two instants that must have been.
public struct ClockSight: Hashable, Sendable {
    /// What the clock showed.
    public let own: Instant
    /// No earlier than this, when the clock was asked; nil where nobody asked it, as in a feed.
    public let earliest: Instant?
    /// No later than this: when the answer, or the delivery, was there.
    public let latest: Instant

    public init(own: Instant, earliest: Instant?, latest: Instant) {
        self.own = own
        self.earliest = earliest
        self.latest = latest
    }
}
