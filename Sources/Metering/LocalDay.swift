/// A calendar day in Japan (UTC+9, without summer time): the only place that knows time zones and calendars.
///
/// 2026-11-23 begins at 2026-11-22T15:00:00Z.
public struct LocalDay: Hashable, Sendable, Comparable, CustomStringConvertible {
    public static let offsetSeconds: Int64 = 9 * 3_600

    public let daysSince1970: Int

    public init(daysSince1970: Int) {
        self.daysSince1970 = daysSince1970
    }

    public init(containing instant: Instant) {
        let local = instant.secondsSince1970 + LocalDay.offsetSeconds
        daysSince1970 = Int(local.flooredQuotient(by: 86_400))
    }

    /// The day of the Gregorian calendar, or nil where there is none: 2025-02-29.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.init(unchecked: year, month, day)
        guard components == (year, month, day) else { return nil }
    }

    /// The first day of `month`, which every month has.
    public init(firstOf month: LocalMonth) {
        self.init(unchecked: month.year, month.month, 1)
    }

    /// Reads `2026-11-23`.
    public init?(_ text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2), reader.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Year, month 1...12 and day 1...31.
    ///
    /// The days are counted in eras of 400 years that begin on the 1st of March, so that the leap day is the last
    /// of its year (the method of H. Hinnant, "chrono-compatible low-level date algorithms").
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = Int(Int64(shifted).flooredQuotient(by: 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// 00:00 of this day, Japan's time.
    public var start: Instant {
        Instant(secondsSince1970: Int64(daysSince1970) * 86_400 - LocalDay.offsetSeconds)
    }

    public var month: LocalMonth {
        LocalMonth(containing: self)
    }

    /// 0 is Sunday, 6 is Saturday.
    public var weekday: Int {
        ((daysSince1970 + 4) % 7 + 7) % 7
    }

    public var description: String {
        let (year, month, day) = components
        return String(year + 10_000).dropFirst() + "-" + twoDigits(month) + "-" + twoDigits(day)
    }

    public func advanced(by days: Int) -> LocalDay {
        LocalDay(daysSince1970: daysSince1970 + days)
    }

    public static func < (a: LocalDay, b: LocalDay) -> Bool {
        a.daysSince1970 < b.daysSince1970
    }

    private init(unchecked year: Int, _ month: Int, _ day: Int) {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Int(Int64(shiftedYear).flooredQuotient(by: 400))
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSince1970 = era * 146_097 + dayOfEra - 719_468
    }
}
