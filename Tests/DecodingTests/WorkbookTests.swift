import Metering
import Testing

@testable import Decoding

struct WorkbookTests {
    private func table(_ rows: String, texts: String = "", sheet: String? = "指針値") throws -> FeedTable {
        var made = MadeWorkbook()
        made.rows = rows
        made.sharedTexts = texts
        return try Workbook(made.bytes).table(sheet, headerRow: 1)
    }

    @Test func `the checksum of the archives made here is the known one`() {
        #expect(StoredZip.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func `cells are shared, inline or formula texts and numbers, gaps are empty`() throws {
        let found = try table(
            """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>値</t></is></c><c r="C1" t="s">\
            <v>1</v></c></row><row r="3"><c r="A3" t="str"><v>007</v></c><c r="C3"><v>12.5</v></c></row>\
            <row r="4"><c r="A4"/></row>
            """,
            texts: """
                <si><t xml:space="preserve">番号 </t></si><si><r><rPr><b/></rPr><t>水</t></r><r><t>量</t></r>\
                <rPh sb="0" eb="1"><t>すい</t></rPh></si>
                """
        )
        #expect(found.header == ["番号", "値", "水量"])
        #expect(found.rows == [FeedTable.Row(line: 3, cells: [.text("007"), .text(""), .number("12.5")])])
        #expect(found.place(3, in: "a.xlsx") == "a.xlsx:指針値!3")
    }

    @Test(arguments: [
        ("41.300000000000004", "41.3"), ("1234567", "1234567"), ("1.234567E6", "1234567"),
        ("1234567.0", "1234567"),
        ("0.041666666666666664", "0.0416666666666667"), ("-5", "-5"), ("x", "x"),
    ])
    func `a number is what a spreadsheet shows`(stored: String, shown: String) {
        #expect(Workbook.digits(stored) == shown)
    }

    @Test(arguments: [("A1", 0), ("Z9", 25), ("AA1", 26), ("XFD1", 16_383)])
    func `columns are counted in letters`(reference: String, column: Int) throws {
        #expect(try Workbook.column(reference) == column)
    }

    @Test(arguments: [
        (#"<row r="1"><c r="B1" t="s"><v>7</v></c></row>"#, "cell"),
        (#"<row r="1"><c r="B1"/><c r="A1"/></row>"#, "row"),
        (#"<row r="1"><c r="1"/></row>"#, "cell"),
        (#"<row r="1"><c r="ZZZ1"/></row>"#, "row"),
        ("<row", "xl/worksheets/sheet2.xml"),
        ("", "header"),
    ])
    func `a sheet that contradicts itself refuses the file`(rows: String, field: String) {
        let error = #expect(throws: FileRefusal.self) { try table(rows) }
        #expect(error?.field == field)
    }

    @Test func `another sheet than those of the workbook refuses the file`() {
        let error = #expect(throws: FileRefusal.self) { try table("", sheet: "別表") }
        #expect(error?.field == "sheet" && error?.found == "表紙, 指針値")
    }

    @Test func `an archive is no workbook when it is damaged, empty or of another kind`() {
        let whole = MadeWorkbook().bytes
        for bytes in [[], Array("PK".utf8), Array(whole.dropLast(30)), StoredZip([("a", "b")]).bytes] {
            #expect(throws: FileRefusal.self) { _ = try Workbook(bytes) }
        }
        var spoilt = whole
        spoilt[60] ^= 0xFF
        #expect(throws: FileRefusal.self) { _ = try Workbook(spoilt) }
    }

    @Test func `no more than the limit is unpacked, whatever the archive says`() throws {
        let archive = try ZipArchive(StoredZip([("a", "1234567890")]).bytes)
        #expect(try archive.entry("a", limit: 10)?.count == 10)
        let error = #expect(throws: FileRefusal.self) { try archive.entry("a", limit: 9) }
        #expect(error?.expected == "at most 9 bytes unpacked")
        #expect(try archive.entry("b", limit: 9) == nil)
    }

    @Test func `a sheet of wide and empty rows is refused before it fills the memory`() {
        let rows = (1...150).map { #"<row r="\#($0)"><c r="XFD\#($0)"><v>1</v></c></row>"# }.joined()
        let error = #expect(throws: FileRefusal.self) { try table(rows) }
        #expect(error?.expected == "at most 2000000 cells" && error?.line == 123)
    }

    @Test func `a document type, which could unfold without end, is refused`() {
        var made = MadeWorkbook()
        made.sharedTexts = "<!DOCTYPE x>"
        let error = #expect(throws: FileRefusal.self) { _ = try Workbook(made.bytes) }
        #expect(error?.field == "xl/sharedStrings.xml")
    }

    @Test(arguments: [
        (45_315, false, "2024-01-24" as String?), (43_853, true, "2024-01-24"), (61, false, "1900-03-01"),
        (60, false, nil), (0, false, nil), (3_000_000, false, nil),
    ])
    func `days are counted from 1900 or 1904`(serial: Int, isFrom1904: Bool, day: String?) {
        #expect(SpreadsheetDate(isFrom1904: isFrom1904).day(serial)?.description == day)
    }

    @Test(arguments: [
        ("0.0416666666666667", Int64(3_600) as Int64?), ("0", 0), ("0.99998842592592593", 86_399), ("1", nil),
        ("-0.5", nil), ("x", nil),
    ])
    func `times are parts of a day`(number: String, seconds: Int64?) {
        #expect(SpreadsheetDate(isFrom1904: false).secondsOfDay(number) == seconds)
    }

    @Test func `readings come out of a workbook with dates as numbers`() throws {
        var made = MadeWorkbook()
        made.rows = """
            <row r="1"><c r="A1" t="inlineStr"><is><t>番号</t></is></c><c r="B1" t="inlineStr"><is><t>日時</t></is></c>\
            <c r="C1" t="inlineStr"><is><t>値</t></is></c></row>\
            <row r="2"><c r="A2"><v>42</v></c><c r="B2"><v>45315.0416666667</v></c><c r="C2"><v>1234.5670000000001</v></c>\
            </row>\
            <row r="3"><c r="A3"><v>42.5</v></c><c r="B3"><v>45315.5</v></c><c r="C3"><v>1</v></c></row>\
            <row r="4"><c r="A4"><v>42</v></c><c r="B4"><v>45315.5</v></c><c r="C4" t="e"><v>#N/A</v></c></row>
            """
        let layout = FeedLayout(
            id: FeedLayout.ID("x"),
            form: .workbook(sheet: "指針値", headerRow: 1),
            columns: [.meter: "番号", .stamp: "日時", .index: "値"],
            index: FeedLayout.IndexRule(unit: ExactDecimal(coefficient: 1_000_000)),
            idDigits: 4
        )
        let received = try #require(Instant(iso8601: "2024-01-25T06:00:00+09:00"))
        let decoded = try FeedFileDecoder(layout)
            .decode(FeedFile(name: "a.xlsx", bytes: made.bytes, receivedAt: received))
        #expect(
            decoded.readings.map(\.text) == ["0042 - 2024-01-24T01:00:00+09:00 1234567 L measured 1 none"]
        )
        #expect(
            decoded.rejections.map { "\($0.place) \($0.field)" } == [
                "a.xlsx:指針値!3 meter_id", "a.xlsx:指針値!4 index",
            ]
        )
    }
}
