/// What was used between two trusted readings that follow each other: the unit of everything derived.
///
/// Steps of one point touch but never overlap; a gap is one long step, whose volume is exact and whose shape is unknown.
public struct UsageStep: Hashable, Sendable {
    public let from: Instant
    public let to: Instant
    /// Never negative.
    public let volume: Volume
    public let kind: Kind

    public enum Kind: Hashable, Sendable {
        case normal
        /// The register wrapped at the dial's capacity.
        case rollover
        /// An announced exchange lies inside.
        case exchange
        /// Unknown: a fall or a jump that no event explains. The volume is zero and must not be counted.
        case unexplained
    }

    public init(from: Instant, to: Instant, volume: Volume, kind: Kind = .normal) {
        precondition(from < to, "time passes between two readings")
        precondition(volume >= .zero, "a step never runs backwards")
        self.from = from
        self.to = to
        self.volume = volume
        self.kind = kind
    }

    public var seconds: Int64 { to - from }

    /// The mean flow over the step.
    public var flow: Flow { .moving(volume, inSeconds: seconds) }
}
