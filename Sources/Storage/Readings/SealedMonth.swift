import Metering

/// The month in Japan that one block holds, as a number: months since year 0, so that 2026-11 is 24322.
struct SealedMonth: Hashable, Comparable {
    let number: Int64

    init(_ month: LocalMonth) {
        number = Int64(month.year) * 12 + Int64(month.month) - 1
    }

    init(number: Int64) {
        self.number = number
    }

    /// - Parameter at: UTC seconds.
    init(containing at: Int64) {
        self.init(LocalDay(containing: Instant(secondsSince1970: at)).month)
    }

    /// Its first second and the first one after it; nil beyond the calendar.
    var span: Range<Int64>? {
        guard let month = LocalMonth(year: Int(number / 12), month: Int(number % 12) + 1) else { return nil }
        return month.firstDay.start.secondsSince1970..<month.next.firstDay.start.secondsSince1970
    }

    static func < (a: SealedMonth, b: SealedMonth) -> Bool { a.number < b.number }
}
