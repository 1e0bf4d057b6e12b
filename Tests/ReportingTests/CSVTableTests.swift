import Reporting
import Testing

struct CSVTableTests {
    private static func line(_ cell: CSVTable.Cell, _ style: CSVStyle = .exchange) -> String {
        CSVTable(columns: ["a"], rows: [[cell]]).text(style: style)
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), ("漏水疑い、要確認", "漏水疑い、要確認"),
        ("00123", "00123"),
    ])
    func `a field is quoted when it must be, and only then`(text: String, field: String) {
        #expect(Self.line(.text(text)) == "a\n\(field)\n")
    }

    @Test(arguments: ["=1+2", "+81-257", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1+2"])
    func `text that a spreadsheet would run is guarded for people, and left alone for programs`(text: String)
    {
        #expect(Self.line(.text(text), .report).contains("'" + text))
        #expect(!Self.line(.text(text), .exchange).contains("'"))
    }

    @Test func `numbers are never guarded`() {
        #expect(Self.line(.number("-3.26"), .spreadsheet).hasSuffix("\r\n-3.26\r\n"))
        #expect(Self.line(.empty, .report) == "a\n\n")
    }

    @Test func `a spreadsheet gets a byte order mark and CRLF`() {
        let bytes = Array(Self.line(.text("水"), .spreadsheet).utf8)
        #expect(bytes == [0xEF, 0xBB, 0xBF, 0x61, 0x0D, 0x0A, 0xE6, 0xB0, 0xB4, 0x0D, 0x0A])
    }

    @Test func `an empty table is its header`() {
        #expect(CSVTable(columns: ["a", "b"], rows: []).text() == "a,b\n")
    }
}
