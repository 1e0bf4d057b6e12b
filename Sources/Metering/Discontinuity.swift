/// A place in a series of indexes that only a person can explain; the usage of its step is unknown.
public struct Discontinuity: Hashable, Sendable {
    public let kind: Kind
    /// The last trusted instant before it.
    public let from: Instant
    public let to: Instant
    /// How far the index fell (positive) or jumped.
    public let amount: Volume

    public enum Kind: Hashable, Sendable {
        /// The index fell by more than jitter, and neither rollover nor an announced exchange explains it.
        case fall
        /// The index rose by more than the pipe can carry.
        case jump
    }

    public init(kind: Kind, from: Instant, to: Instant, amount: Volume) {
        self.kind = kind
        self.from = from
        self.to = to
        self.amount = amount
    }
}
