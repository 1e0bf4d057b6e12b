public import Metering

/// What one validation rule has to say about one span of a series.
public struct ValidationNote: Hashable, Sendable {
    public let rule: ValidationRule
    public let span: Range<Instant>
    /// What it is about: how far the index fell or rose, or what was used.
    public let volume: Volume?
    /// What was to be expected in its place.
    public let expected: Volume?
    /// How far a clock was off, positive when ahead.
    public let seconds: Int64?

    public init(
        _ rule: ValidationRule,
        _ span: Range<Instant>,
        volume: Volume? = nil,
        expected: Volume? = nil,
        seconds: Int64? = nil
    ) {
        self.rule = rule
        self.span = span
        self.volume = volume
        self.expected = expected
        self.seconds = seconds
    }
}
