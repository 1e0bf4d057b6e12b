import Metering

/// Days and times as spreadsheets count them (ECMA-376 part 1, 18.17.4).
///
/// In the 1900 system 45315 is 2024-01-24; in the 1904 system that day is 43853. Times are parts of a day.
struct SpreadsheetDate {
    let isFrom1904: Bool

    /// Serials before 61 lie around the 29th of February 1900, which the 1900 system counts and the calendar does not.
    private static let serials = 61...2_958_465
    private static let unix1900 = 25_569
    private static let unix1904 = 24_107

    func day(_ serial: Int) -> LocalDay? {
        guard SpreadsheetDate.serials.contains(serial) else { return nil }
        let epoch = isFrom1904 ? SpreadsheetDate.unix1904 : SpreadsheetDate.unix1900
        return LocalDay(daysSince1970: serial - epoch)
    }

    /// The time of a part of a day below 1, to the nearest second.
    func secondsOfDay(_ number: String) -> Int64? {
        guard let part = Double(number), part >= 0, part < 1 else { return nil }
        return Int64((part * 86_400).rounded())
    }

    /// A day and its part, in Japan's time.
    func instant(_ number: String) -> Instant? {
        guard let serial = Double(number), serial >= 0, serial < 3_000_000,
            let day = day(Int(serial.rounded(.down)))
        else { return nil }
        return day.start + Int64(((serial - serial.rounded(.down)) * 86_400).rounded())
    }
}
