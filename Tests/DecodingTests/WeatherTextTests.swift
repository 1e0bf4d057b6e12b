import Metering
import Testing

@testable import Decoding

struct WeatherTextTests {
    private func read(_ text: String) -> WeatherText {
        WeatherText(DelimitedText(Array(text.utf8), named: "w.csv"))
    }

    @Test func `hours and days are told apart by their columns, and a place stands in the row or nowhere`()
        throws
    {
        let at = try #require(Instant(iso8601: "2026-01-24T05:00:00+09:00"))
        let hours = read(
            "timestamp,temp_c,station\n2026-01-24T05:00:00+09:00,-3.5,柏崎\n2026-01-24T05:00:00+09:00,12,\n"
        )
        #expect(hours.rows.map(\.station) == [WeatherStation.ID("柏崎"), nil])
        #expect(
            hours.rows.map(\.value) == [.hour(at, .millidegrees(-3_500)), .hour(at, .millidegrees(12_000))]
        )
        let day = try #require(LocalDay("2026-01-24"))
        let days = read("date,tmin_c,tmax_c\n2026-01-24,-3.25,0.001\n")
        #expect(
            days.rows.map(\.value) == [
                .day(day, lowest: .millidegrees(-3_250), highest: .millidegrees(1))
            ]
        )
        #expect(hours.rejections.isEmpty && days.rejections.isEmpty)
    }

    @Test(arguments: [
        ("timestamp,temp_c\n2026-01-24T05:00:00,1\n", "timestamp"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00,\n", "temp_c"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00,warm\n", "temp_c"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00,61\n", "temp_c"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00,1.0005\n", "temp_c"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00,1e1\n", "temp_c"),
        ("timestamp,temp_c\n2026-01-24T05:00:00+09:00\n", "row"),
        ("date,tmin_c,tmax_c\n2026-02-30,1,2\n", "date"),
        ("date,tmin_c,tmax_c\n2026-01-24,3,2\n", "tmax_c"),
        ("date,tmin_c\n2026-01-24,3\n", "tmax_c"),
        ("time,temp\n", "timestamp"),
    ])
    func `a bad row is told with its line and column`(text: String, field: String) {
        let found = read(text)
        #expect(found.rows.isEmpty)
        #expect(found.rejections.first?.field == field)
    }

    @Test(arguments: [("-0.5", -500), ("0", 0), ("12.125", 12_125), ("-40", -40_000)])
    func `a temperature is written as it is read`(text: String, count: Int64) {
        #expect(Temperature.millidegrees(count).description == text)
    }
}
