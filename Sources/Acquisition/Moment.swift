public import Metering

/// A point in time on a line, in whole microseconds of UTC since 1970-01-01.
public struct Moment: Hashable, Sendable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    public init(_ instant: Instant) {
        microseconds = instant.secondsSince1970 * 1_000_000
    }

    /// The second in which it lies.
    public var instant: Instant {
        Instant(secondsSince1970: (microseconds - (microseconds < 0 ? 999_999 : 0)) / 1_000_000)
    }

    public static func + (a: Moment, duration: Duration) -> Moment {
        Moment(microseconds: a.microseconds + duration.microseconds)
    }

    public static func - (a: Moment, b: Moment) -> Duration {
        .microseconds(a.microseconds - b.microseconds)
    }

    public static func < (a: Moment, b: Moment) -> Bool {
        a.microseconds < b.microseconds
    }
}

extension Duration {
    /// Whole microseconds, cut.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Whole nanoseconds, cut.
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
