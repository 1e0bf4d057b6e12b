public import Metering

/// Instants as people in offices write them.
public enum OfficeInstant {
    /// Reads ISO 8601 with a zone, or a date and a time in Japan as a spreadsheet saves them: `2026-03-01T10:00`,
    /// `2026/3/1 10:00`, `2026/03/01 9:05:30`, and a date alone as its midnight.
    ///
    /// - Returns: nil when the day or the time does not exist, or anything is left over.
    public static func read(_ text: String) -> Instant? {
        if let instant = Instant(iso8601: text) { return instant }
        let halves = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard let date = halves.first, let day = day(date), halves.count <= 2 else { return nil }
        guard halves.count == 2 else { return day.start }
        guard let seconds = secondsOfDay(halves[1]) else { return nil }
        return day.start + seconds
    }

    private static func day(_ text: Substring) -> LocalDay? {
        let parts = numbers(text) { $0 == "-" || $0 == "/" }
        guard parts.count == 3 else { return nil }
        return LocalDay(year: parts[0], month: parts[1], day: parts[2])
    }

    private static func secondsOfDay(_ text: Substring) -> Int64? {
        let parts = numbers(text) { $0 == ":" }
        guard (2...3).contains(parts.count), (0..<24).contains(parts[0]),
            parts.dropFirst().allSatisfy({ (0..<60).contains($0) })
        else { return nil }
        return parts.reduce(Int64(0)) { $0 * 60 + Int64($1) } * (parts.count == 2 ? 60 : 1)
    }

    /// Empty where a part is no number of ASCII digits.
    private static func numbers(_ text: Substring, between isSeparator: (Character) -> Bool) -> [Int] {
        let parts = text.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
        let numbers = parts.compactMap { part in
            part.count <= 4 && !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
                ? Int(part) : nil
        }
        return numbers.count == parts.count ? numbers : []
    }
}
