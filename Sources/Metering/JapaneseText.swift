/// Times and numbers as mails and pages write them.
public enum JapaneseText {
    /// In Japan's time: `1月25日 06:00`.
    public static func time(_ instant: Instant) -> String {
        let (_, month, day) = LocalDay(containing: instant).components
        return "\(month)月\(day)日 " + clock(instant)
    }

    /// As short as it gets: `1/25 06:00`.
    public static func shortTime(_ instant: Instant) -> String {
        let (_, month, day) = LocalDay(containing: instant).components
        return "\(month)/\(day) " + clock(instant)
    }

    /// Thousands parted by commas: `1,234,567`.
    public static func grouped(_ number: UInt64) -> String {
        var digits = Array(String(number))
        for place in stride(from: digits.count - 3, to: 0, by: -3) {
            digits.insert(",", at: place)
        }
        return String(digits)
    }

    private static func clock(_ instant: Instant) -> String {
        String(instant.japaneseDescription.dropFirst(11).prefix(5))
    }
}
