import Metering
import Reporting
import Testing

struct ValidationReportTests {
    private static let noon = Instant(secondsSince1970: 1_767_236_400)

    @Test func `each row names its rule, its span in Japan's time and the volumes that it has`() {
        let rows = [
            ValidationReport.Row(
                point: ServicePoint.ID("S-00001"),
                rule: "high-low/1",
                span: Self.noon..<Self.noon + 3_600,
                volume: .millilitres(1_500),
                expected: .litres(700)
            ),
            ValidationReport.Row(
                point: ServicePoint.ID("S-00002"),
                rule: "spike/1",
                span: Self.noon..<Self.noon + 1,
                volume: nil,
                expected: nil
            ),
            ValidationReport.Row(
                point: ServicePoint.ID("S-00003"),
                rule: "clock-drift/1",
                span: Self.noon..<Self.noon + 1,
                volume: nil,
                expected: nil,
                seconds: -240
            ),
        ]
        #expect(
            ValidationReport(rows: rows).text() == """
                service_point,rule,from,to,volume_l,expected_l,clock_s
                S-00001,high-low/1,2026-01-01T12:00:00+09:00,2026-01-01T13:00:00+09:00,2,700,
                S-00002,spike/1,2026-01-01T12:00:00+09:00,2026-01-01T12:00:01+09:00,,,
                S-00003,clock-drift/1,2026-01-01T12:00:00+09:00,2026-01-01T12:00:01+09:00,,,-240

                """
        )
    }

    @Test func `the header is there without a row`() {
        #expect(
            ValidationReport(rows: []).text() == "service_point,rule,from,to,volume_l,expected_l,clock_s\n"
        )
    }
}
