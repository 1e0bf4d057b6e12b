/// A point in time, in whole seconds of UTC since 1970-01-01.
public struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let secondsSince1970: Int64

    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    /// ISO 8601 in UTC, as machines read it: `2026-11-23T03:04:05Z`.
    public var description: String {
        Instant.text(secondsSince1970) + "Z"
    }

    /// ISO 8601 in Japan's time, as the data files write it: `2026-11-23T12:04:05+09:00`.
    public var japaneseDescription: String {
        Instant.text(secondsSince1970 + LocalDay.offsetSeconds) + "+09:00"
    }

    /// Reads ISO 8601 with a date, a time and a zone: `2026-11-23T12:04:05+09:00`, `...Z`; seconds may be missing
    /// or have a fraction, which is cut.
    ///
    /// - Returns: nil when the text has no zone, names a day or an hour that does not exist, or has anything left over.
    ///   Hour 24 is read as the midnight that closes its day, as Japanese load surveys print it.
    public init?(iso8601 text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let dayOfMonth = reader.number(digits: 2), reader.skip("T") || reader.skip(" "),
            let hour = reader.number(digits: 2), reader.skip(":"), let minute = reader.number(digits: 2)
        else { return nil }
        var second = 0
        if reader.skip(":") {
            guard let value = reader.number(digits: 2) else { return nil }
            second = value
            if reader.skip(".") { guard reader.skipDigits() else { return nil } }
        }
        guard let offset = reader.zoneOffsetSeconds(), reader.isAtEnd,
            let day = LocalDay(year: year, month: month, day: dayOfMonth), minute < 60, second < 60,
            hour < 24 || (hour == 24 && minute == 0 && second == 0)
        else { return nil }
        let seconds = Int64(day.daysSince1970) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        self.init(secondsSince1970: seconds - offset)
    }

    public static func + (a: Instant, seconds: Int64) -> Instant {
        Instant(secondsSince1970: a.secondsSince1970 + seconds)
    }

    public static func - (a: Instant, seconds: Int64) -> Instant {
        Instant(secondsSince1970: a.secondsSince1970 - seconds)
    }

    /// The seconds from `b` to `a`.
    public static func - (a: Instant, b: Instant) -> Int64 {
        a.secondsSince1970 - b.secondsSince1970
    }

    public static func < (a: Instant, b: Instant) -> Bool {
        a.secondsSince1970 < b.secondsSince1970
    }

    private static func text(_ seconds: Int64) -> String {
        let days = Int(seconds.flooredQuotient(by: 86_400))
        let rest = Int(seconds - Int64(days) * 86_400)
        let time = [rest / 3_600, rest / 60 % 60, rest % 60].map { twoDigits($0) }.joined(separator: ":")
        return LocalDay(daysSince1970: days).description + "T" + time
    }
}

func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
}

extension Int64 {
    /// The quotient rounded down, also below zero: -1 by 86,400 is -1.
    func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
