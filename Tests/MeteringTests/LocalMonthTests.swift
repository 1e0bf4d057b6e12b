import Metering
import Testing

struct LocalMonthTests {
    @Test(arguments: [
        ("2026-11", "2026-12", "2026-11-01"), ("2026-12", "2027-01", "2026-12-01"),
        ("2024-02", "2024-03", "2024-02-01"), ("1969-12", "1970-01", "1969-12-01"),
    ])
    func `months follow each other and begin on the first`(text: String, next: String, first: String) throws {
        let month = try #require(LocalMonth(text))
        #expect(month.description == text)
        #expect(month.next.description == next)
        #expect(month.firstDay.description == first)
        #expect(month < month.next)
        #expect(month.firstDay.month == month)
        #expect(month.next.firstDay.advanced(by: -1).month == month)
    }

    @Test(arguments: ["", "2026", "2026-13", "2026-00", "2026-1", "0000-01", "2026-11-23"])
    func `a text that names no month is none`(text: String) {
        #expect(LocalMonth(text) == nil)
    }
}
