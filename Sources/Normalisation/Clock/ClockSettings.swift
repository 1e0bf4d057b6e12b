/// The terms of the rule about clocks.
///
/// | key | type | default | from |
/// |---|---|---|---|
/// | `flaggedSeconds` | seconds | 120 | a clock off by more is flagged |
/// | `usualStamps` | count | 24 | ours: a day of hourly values |
/// | `settledHours` | hours | 168 | ours: a week |
public struct ClockSettings: Hashable, Sendable {
    public static let shipped = ClockSettings()

    public var flaggedSeconds: Int64 = 120
    /// How many stamps in a row must lie alike to be the usual ones.
    public var usualStamps = 24
    /// How long a clock that leapt must stay where it is to be the usual one.
    public var settledHours: Int64 = 168

    public init() {}
}
