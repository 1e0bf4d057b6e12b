/// How much of a span is known: the seconds bridged by trusted readings, out of the seconds asked for.
///
/// Every total carries it, because missing is not zero.
public struct Coverage: Hashable, Sendable {
    public let knownSeconds: Int64
    public let totalSeconds: Int64

    public init(knownSeconds: Int64, totalSeconds: Int64) {
        precondition(knownSeconds >= 0 && knownSeconds <= totalSeconds, "known time is part of all time")
        self.knownSeconds = knownSeconds
        self.totalSeconds = totalSeconds
    }

    public static let none = Coverage(knownSeconds: 0, totalSeconds: 0)

    /// Thousandths, rounded down, so that 1,000 means complete; an empty span is complete.
    public var permille: Int64 {
        totalSeconds == 0 ? 1_000 : knownSeconds * 1_000 / totalSeconds
    }

    public static func + (a: Coverage, b: Coverage) -> Coverage {
        Coverage(knownSeconds: a.knownSeconds + b.knownSeconds, totalSeconds: a.totalSeconds + b.totalSeconds)
    }
}
