import Metering
import Testing

struct LocalDayTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("1900-02-28", -25_509), ("1900-03-01", -25_508),
        ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("2024-02-29", 19_782), ("2024-03-01", 19_783),
        ("2026-11-23", 20_780), ("2100-03-01", 47_541), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
    ])
    func `a date is a count of days`(text: String, days: Int) {
        let day = LocalDay(text)
        #expect(day?.daysSince1970 == days)
        #expect(day?.description == text)
    }

    @Test(arguments: [
        (1900, false), (2000, true), (2023, false), (2024, true), (2100, false), (2400, true),
    ])
    func `every fourth year leaps, but not the hundredth, but the four hundredth`(year: Int, leaps: Bool) {
        #expect((LocalDay(year: year, month: 2, day: 29) != nil) == leaps)
        let length = LocalMonth(year: year, month: 2).map {
            $0.next.firstDay.daysSince1970 - $0.firstDay.daysSince1970
        }
        #expect(length == (leaps ? 29 : 28))
    }

    @Test(arguments: [
        (2025, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32), (0, 1, 1),
        (10_000, 1, 1), (2026, 1, .max),
    ])
    func `a day that no calendar has is none`(year: Int, month: Int, day: Int) {
        #expect(LocalDay(year: year, month: month, day: day) == nil)
    }

    @Test(arguments: ["", "2026-2-1", "2026-02-30", "2026/02/01", "2026-02-01T", "20260201"])
    func `a text in another form is no day`(text: String) {
        #expect(LocalDay(text) == nil)
    }

    @Test func `400 years are 146,097 days, and each day follows its neighbour`() throws {
        let first = try #require(LocalDay(year: 1_800, month: 1, day: 1))
        var (year, month, day) = first.components
        for offset in 1...146_097 {
            let next = first.advanced(by: offset).components
            if next.day == day + 1 {
                #expect(next.month == month && next.year == year)
            } else {
                #expect(next.day == 1 && day >= 28)
                #expect(next.month == month % 12 + 1 && next.year == (month == 12 ? year + 1 : year))
            }
            (year, month, day) = next
        }
        #expect((year, month, day) == (2_200, 1, 1))
    }

    @Test func `a day in Japan begins at 15 o'clock of the day before in Greenwich`() throws {
        let day = try #require(LocalDay("2026-11-23"))
        #expect(day.start.description == "2026-11-22T15:00:00Z")
        #expect(LocalDay(containing: day.start) == day)
        #expect(LocalDay(containing: day.start - 1) == day.advanced(by: -1))
        #expect(LocalDay(containing: Instant(secondsSince1970: -32_401)).description == "1969-12-31")
    }

    @Test(arguments: [("1970-01-01", 4), ("2026-11-23", 1), ("1969-12-28", 0), ("2000-02-29", 2)])
    func `weekdays count from Sunday`(text: String, weekday: Int) {
        #expect(LocalDay(text)?.weekday == weekday)
    }
}
