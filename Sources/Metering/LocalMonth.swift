/// A calendar month in Japan.
public struct LocalMonth: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let year: Int
    /// 1...12.
    public let month: Int

    public init?(year: Int, month: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month) else { return nil }
        self.init(unchecked: year, month)
    }

    public init(containing day: LocalDay) {
        let (year, month, _) = day.components
        self.init(unchecked: year, month)
    }

    /// Reads `2026-11`.
    public init?(_ text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.isAtEnd
        else { return nil }
        self.init(year: year, month: month)
    }

    public var firstDay: LocalDay {
        LocalDay(firstOf: self)
    }

    public var next: LocalMonth {
        month == 12 ? LocalMonth(unchecked: year + 1, 1) : LocalMonth(unchecked: year, month + 1)
    }

    public var description: String {
        String(year + 10_000).dropFirst() + "-" + twoDigits(month)
    }

    public static func < (a: LocalMonth, b: LocalMonth) -> Bool {
        (a.year, a.month) < (b.year, b.month)
    }

    private init(unchecked year: Int, _ month: Int) {
        self.year = year
        self.month = month
    }
}
