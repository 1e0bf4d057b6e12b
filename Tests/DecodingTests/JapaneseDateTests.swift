import Metering
import Seeds
import Testing

@testable import Decoding

struct JapaneseDateTests {
    private static let all = Set(DateStyle.allCases)

    @Test(arguments: [
        "2024-01-24", "2024/1/24", "2024/01/24", "2024.1.24", "20240124", "2024年1月24日", "R6.1.24", "R6/1/24",
        "r6.1.24", "令和6年1月24日", "令和06年01月24日", "２０２４／１／２４", "Ｒ６．１．２４", " 2024/1/24　",
    ])
    func `one day may be written in many ways`(text: String) throws {
        #expect(JapaneseDate.day(text, Self.all) == LocalDay(year: 2024, month: 1, day: 24))
    }

    @Test(arguments: [
        ("令和元年5月1日", "2019-05-01"), ("R元.12.31", "2019-12-31"), ("平成31年4月30日", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"), ("H1.1.8", "1989-01-08"), ("昭和64年1月7日", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"), ("R6.2.29", "2024-02-29"), ("R6.3.31", "2024-03-31"),
    ])
    func `eras begin and end on their days`(text: String, expected: String) {
        #expect(JapaneseDate.day(text, Self.all)?.description == expected)
    }

    @Test(arguments: [
        "R1.4.30", "平成31年5月1日", "昭和64年1月8日", "R0.1.1", "R7.2.29", "2023/2/29", "2024/13/1", "24/1/24",
        "2024/1", "2024/1/24/1", "", "昨日", "2024-1-24", "R6.1", "R6-1-24", "2024年1月", "1/24/2024",
        "2024.1/24",
    ])
    func `what is no day of the calendar or of its era is none`(text: String) {
        #expect(JapaneseDate.day(text, Self.all) == nil)
    }

    @Test(arguments: [
        (DateStyle.iso, "2024-01-24"), (.slashed, "2024/1/24"), (.compact, "20240124"),
        (.kanji, "2024年1月24日"),
        (.era, "R6.1.24"),
    ])
    func `a style that the layout does not name is not taken`(style: DateStyle, text: String) {
        #expect(JapaneseDate.day(text, [style]) != nil)
        #expect(JapaneseDate.day(text, Self.all.subtracting([style])) == nil)
    }

    @Test(arguments: [
        ("0:00", Int64(0)), ("00:00", 0), ("01:00", 3_600), ("1:30:15", 5_415), ("24:00", 86_400),
        ("24:00:00", 86_400), ("１：００", 3_600), ("1時", 3_600), ("01時", 3_600), ("24時", 86_400),
        ("1時30分", 5_400),
    ])
    func `times of a day end with 24 o'clock`(text: String, expected: Int64) {
        #expect(JapaneseDate.secondsOfDay(text) == expected)
    }

    @Test(arguments: [
        "", "24:01", "25:00", "1:60", "1", "1:", ":00", "-1:00", "24:00:01", "1:2:3:4", "001:00",
    ])
    func `no other time is one`(text: String) {
        #expect(JapaneseDate.secondsOfDay(text) == nil)
    }

    @Test(arguments: [
        ("2024/01/25 05:41:00", "2024-01-24T20:41:00Z"), ("2024/1/24 24:00", "2024-01-24T15:00:00Z"),
        ("2024-01-25T05:41:00+09:00", "2024-01-24T20:41:00Z"),
        ("2024-01-24T20:41:00Z", "2024-01-24T20:41:00Z"),
        ("R6.1.25　5:41", "2024-01-24T20:41:00Z"), ("2024-01-25T05:41:00", "2024-01-24T20:41:00Z"),
    ])
    func `a stamp without a zone is Japan's time`(text: String, expected: String) {
        #expect(JapaneseDate.instant(text, Self.all)?.description == expected)
    }

    @Test(
        arguments: [
            ("2026-03-01T10:00", "2026-03-01T10:00:00+09:00"), ("2026/3/1 9:05", "2026-03-01T09:05:00+09:00"),
            ("2026/03/01 09:05:07", "2026-03-01T09:05:07+09:00"), ("2026/3/1", "2026-03-01T00:00:00+09:00"),
            ("2026/3/1 24:00", "2026-03-02T00:00:00+09:00"), ("R8.3.1", "2026-03-01T00:00:00+09:00"),
            ("２０２６/3/1", "2026-03-01T00:00:00+09:00"),
        ]
    )
    func `where it may be, a date alone is its midnight`(text: String, expected: String) {
        #expect(JapaneseDate.instant(text, orMidnight: true)?.japaneseDescription == expected)
    }

    @Test(
        arguments: [
            "", "2026", "2026/2/30", "2026/3/1 10", "2026/3/1 10:60", "2026/3/1 10:00:60", "2026/3/1 24:01",
            "2026/3/1 10:00 x", "2026//3", "2026/-3/1", "R8.3", "H40.3.1",
        ]
    )
    func `what is no instant is none`(text: String) {
        #expect(JapaneseDate.instant(text, orMidnight: true) == nil)
        #expect(JapaneseDate.instant("2026/3/1") == nil, "a date alone is an instant where that is said")
    }

    @Test func `any day survives being written in every style`() throws {
        var generator = SeededGenerator(seed: 20_240_124)
        let first = try #require(LocalDay(year: 2019, month: 5, day: 1))
        for _ in 0..<500 {
            let day = first.advanced(by: Int.random(in: 0...10_000, using: &generator))
            let (year, month, dayOfMonth) = day.components
            let era = year == 2019 ? "元" : "\(year - 2018)"
            let compact = day.description.replacing("-", with: "")
            let texts = [
                "\(day)", "\(year)/\(month)/\(dayOfMonth)", compact, "\(year)年\(month)月\(dayOfMonth)日",
                "令和\(era)年\(month)月\(dayOfMonth)日", "R\(year - 2018).\(month).\(dayOfMonth)",
            ]
            for text in texts { #expect(JapaneseDate.day(text, Self.all) == day, "\(text)") }
        }
    }
}

struct FileNamePatternTests {
    @Test(arguments: [
        ("WATER_{date}_{number}.csv", "WATER_20240124_01.csv", "2024-01-24"),
        ("WATER_{date}_{number}.csv", "WATER_20240124_123.csv", "2024-01-24"),
        ("{any}{date}.xlsx", "検針値20240124.xlsx", "2024-01-24"),
        ("検針値_{date}{any}.xlsx", "検針値_20240124(2).xlsx", "2024-01-24"),
        ("{number}{number}-{date}", "12-20240229", "2024-02-29"),
    ])
    func `a name tells its measuring date`(pattern: String, name: String, day: String) throws {
        #expect(try #require(FileNamePattern(pattern)).match(name)?.day?.description == day)
    }

    @Test(arguments: [
        "WATER_20240124.csv", "WATER_20240230_01.csv", "WATER_2024012_01.csv", "water_20240124_01.csv",
        "WATER_20240124_01.csv.bak", "XWATER_20240124_01.csv", "WATER_20240124_.csv", "",
    ])
    func `another shape does not fit`(name: String) throws {
        #expect(try #require(FileNamePattern("WATER_{date}_{number}.csv")).match(name) == nil)
    }

    @Test(arguments: ["", "{day}.csv", "{date.csv", "a}b"])
    func `an unknown placeholder is no pattern`(text: String) {
        #expect(FileNamePattern(text) == nil)
    }
}
