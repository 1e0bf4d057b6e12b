public import Metering

/// The ways in which files of this trade write a date.
public enum DateStyle: String, Hashable, Sendable, CaseIterable {
    /// `2024-01-24`
    case iso
    /// `2024/1/24`, `2024.1.24`
    case slashed
    /// `20240124`
    case compact
    /// `2024年1月24日`
    case kanji
    /// `R6.1.24`, `令和6年1月24日`, `令和元年5月1日`
    case era
    /// The number of a day in a spreadsheet.
    case serial
}

/// Reads dates and times as people in Japan write them; full-width digits and signs are read as the others.
public enum JapaneseDate {
    /// The first day of each era and its letter (平成・令和: 元号法 and its cabinet orders; 昭和 for old registers).
    private static let eras: [(names: [String], first: (Int, Int, Int))] = [
        (["令和", "R"], (2019, 5, 1)), (["平成", "H"], (1989, 1, 8)), (["昭和", "S"], (1926, 12, 25)),
    ]

    /// Reads a date.
    ///
    /// - Parameters:
    ///   - text: `2024/1/24`, `R6.1.24` and the like.
    ///   - styles: those that are taken; another one is no date.
    /// - Returns: nil for anything else, for days that do not exist and for years outside their era.
    public static func day(_ text: String, _ styles: Set<DateStyle>) -> LocalDay? {
        let plain = narrow(text)
        if styles.contains(.era), let day = eraDay(plain) { return day }
        if styles.contains(.compact), let day = compact(plain[...]) { return day }
        if styles.contains(.iso), let day = LocalDay(plain) { return day }
        if styles.contains(.kanji), plain.hasSuffix("日") {
            return gregorian(parts(plain.dropLast(), separators: ["年", "月"]))
        }
        guard styles.contains(.slashed) else { return nil }
        return gregorian(parts(plain[...], separators: ["/", "/"]))
            ?? gregorian(parts(plain[...], separators: [".", "."]))
    }

    /// Reads `20240124`.
    static func compact(_ text: Substring) -> LocalDay? {
        guard text.count == 8, text.allSatisfy({ "0"..."9" ~= $0 }), let number = Int(text) else {
            return nil
        }
        return LocalDay(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// Reads a time of day: `01:00`, `1:00:00`, `1時`, `1時30分`, and `24:00`, which is the midnight that closes the day.
    ///
    /// - Parameter text: the time.
    /// - Returns: seconds since the day's midnight, 0 to 86,400.
    public static func secondsOfDay(_ text: String) -> Int64? {
        var plain = narrow(text)[...]
        if plain.hasSuffix("分") { plain = plain.dropLast() }
        if plain.hasSuffix("時") { plain = plain.dropLast() + ":00" }
        let fields = plain.replacing("時", with: ":").split(separator: ":", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { digits($0, atMost: 2) }
        guard numbers.count == fields.count, (2...3).contains(numbers.count) else { return nil }
        let second = numbers.count == 3 ? numbers[2] : 0
        guard numbers[1] < 60, second < 60,
            numbers[0] < 24 || (numbers[0] == 24 && numbers[1] == 0 && second == 0)
        else { return nil }
        return Int64(numbers[0] * 3_600 + numbers[1] * 60 + second)
    }

    /// Reads date and time in one: `2024/01/25 05:41:00`, or ISO 8601 with its zone.
    ///
    /// - Parameters:
    ///   - text: the stamp.
    ///   - styles: those in which its date may be written.
    ///   - midnight: also a date alone, which is its midnight.
    /// - Returns: nil for anything else; without a zone it is Japan's time.
    public static func instant(
        _ text: String,
        _ styles: Set<DateStyle> = Set(DateStyle.allCases),
        orMidnight midnight: Bool = false
    ) -> Instant? {
        let plain = narrow(text)
        if let instant = Instant(iso8601: plain) { return instant }
        if midnight, let day = day(plain, styles) { return day.start }
        guard let gap = plain.firstIndex(where: { $0 == " " || $0 == "T" }),
            let day = day(String(plain[..<gap]), styles),
            let seconds = secondsOfDay(String(plain[plain.index(after: gap)...]))
        else { return nil }
        return day.start + seconds
    }

    /// Full-width ASCII and the wide space as their narrow ones, white space at both ends cut.
    ///
    /// `２０２４／１／２４` is `2024/1/24`.
    public static func narrow(_ text: String) -> String {
        var narrow = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: narrow.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3000: narrow.append(" ")
            default: narrow.append(scalar)
            }
        }
        return trimmed(String(narrow))
    }

    private static func trimmed(_ text: String) -> String {
        let tail = text.reversed().drop(while: \.isWhitespace)
        return String(String(tail.reversed()).drop(while: \.isWhitespace))
    }

    private static func eraDay(_ text: String) -> LocalDay? {
        var next: LocalDay?
        for era in eras {
            let first = LocalDay(era.first)
            defer { next = first }
            guard let name = era.names.first(where: { text.uppercased().hasPrefix($0) }) else { continue }
            let rest = text.dropFirst(name.count).replacing("元", with: "1")
            let numbers =
                rest.hasSuffix("日")
                ? parts(rest.dropLast(), separators: ["年", "月"])
                : parts(rest[...], separators: [".", "."]) ?? parts(rest[...], separators: ["/", "/"])
            guard let numbers, numbers[0] >= 1, let first,
                let day = LocalDay((era.first.0 + numbers[0] - 1, numbers[1], numbers[2]))
            else { return nil }
            return day >= first && next.map { day < $0 } ?? true ? day : nil
        }
        return nil
    }

    private static func gregorian(_ parts: [Int]?) -> LocalDay? {
        guard let parts, parts[0] >= 1_900 else { return nil }
        return LocalDay(year: parts[0], month: parts[1], day: parts[2])
    }

    /// Three numbers with these separators between them.
    private static func parts(_ text: Substring, separators: [Character]) -> [Int]? {
        var rest = text
        var numbers: [Int] = []
        for separator in separators {
            guard let end = rest.firstIndex(of: separator), let number = digits(rest[..<end], atMost: 4)
            else {
                return nil
            }
            numbers.append(number)
            rest = rest[rest.index(after: end)...]
        }
        guard let last = digits(rest, atMost: 2) else { return nil }
        return numbers + [last]
    }

    private static func digits(_ text: Substring, atMost count: Int) -> Int? {
        guard !text.isEmpty, text.count <= count, text.allSatisfy({ "0"..."9" ~= $0 }) else { return nil }
        return Int(text)
    }
}

extension LocalDay {
    fileprivate init?(_ components: (Int, Int, Int)) {
        self.init(year: components.0, month: components.1, day: components.2)
    }
}
