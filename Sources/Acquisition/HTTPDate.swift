import Metering

/// Reads the three forms of a date in HTTP headers (RFC 9110, section 5.6.7), all of them UTC.
///
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994` are one instant.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameters:
    ///   - text: a header's value.
    ///   - now: tells the century of a year of two digits: none is more than 50 years ahead.
    /// - Returns: nil for any other text; the name of the day is not checked.
    static func instant(of text: String, at now: Instant) -> Instant? {
        let parts = text.split(separator: " ").map(String.init)
        switch parts.count {
        case 6 where parts[5] == "GMT":
            return instant(parts[1], parts[2], Int(parts[3]), parts[4])
        case 4 where parts[3] == "GMT":
            let date = parts[1].split(separator: "-").map(String.init)
            guard date.count == 3, date[2].utf8.count == 2, let short = Int(date[2]) else { return nil }
            return instant(date[0], date[1], year(short, at: now), parts[2])
        case 5:
            return instant(parts[2], parts[1], Int(parts[4]), parts[3])
        default:
            return nil
        }
    }

    private static func year(_ short: Int, at now: Instant) -> Int {
        let present = LocalDay(containing: now).components.year
        let year = present / 100 * 100 + short
        return year > present + 50 ? year - 100 : year
    }

    private static func instant(_ day: String, _ month: String, _ year: Int?, _ time: String) -> Instant? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard let day = Int(day), let month = months.firstIndex(of: month), let year, clock.count == 3,
            (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2]),
            let date = LocalDay(year: year, month: month + 1, day: day)
        else { return nil }
        return date.start + LocalDay.offsetSeconds + Int64(clock[0] * 3_600 + clock[1] * 60 + clock[2])
    }
}
