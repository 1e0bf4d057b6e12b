/// A time through which a meter's clock was off; a note for people, never a reason to move or leave out a reading.
public struct ClockDrift: Hashable, Sendable {
    /// The first and the last time at which it was seen to be off.
    public let from: Instant
    public let to: Instant
    /// How far it was off at last, in seconds; positive when it is ahead.
    public let seconds: Int64
    /// Whether it was seen right again since.
    public let isOver: Bool

    public init(from: Instant, to: Instant, seconds: Int64, isOver: Bool) {
        self.from = from
        self.to = to
        self.seconds = seconds
        self.isOver = isOver
    }

    public var lastedSeconds: Int64 { to - from }
}
