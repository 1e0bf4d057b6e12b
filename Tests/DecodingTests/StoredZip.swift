/// A ZIP archive whose entries are not packed (APPNOTE.TXT 6.3.10, 4.3), for workbooks made by hand.
struct StoredZip {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    init(_ entries: [(name: String, text: String)]) {
        for entry in entries { add(entry.name, Array(entry.text.utf8)) }
    }

    var bytes: [UInt8] {
        body + directory + word(0x0605_4B50) + half(0) + half(0) + half(count) + half(count)
            + word(directory.count) + word(body.count) + half(0)
    }

    private mutating func add(_ name: String, _ content: [UInt8]) {
        // Version 2.0, names in UTF-8 (bit 11), stored, a fixed time; then checksum and sizes.
        let facts =
            half(20) + half(0x800) + half(0) + half(0) + half(0x5821) + word(Int(StoredZip.checksum(content)))
            + word(content.count) + word(content.count) + half(name.utf8.count) + half(0)
        directory += word(0x0201_4B50) + half(20) + facts + half(0) + half(0) + half(0) + word(0)
        directory += word(body.count) + Array(name.utf8)
        body += word(0x0403_4B50) + facts + Array(name.utf8) + content
        count += 1
    }

    private func half(_ value: Int) -> [UInt8] {
        [UInt8(value & 255), UInt8(value >> 8 & 255)]
    }

    private func word(_ value: Int) -> [UInt8] {
        half(value & 65_535) + half(value >> 16)
    }

    /// CRC-32 as ZIP has it: "123456789" is CBF43926.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF as UInt32) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }
}

/// A workbook made by hand, as spreadsheet programs write it.
struct MadeWorkbook {
    /// Rows of one sheet, as XML.
    var rows = ""
    var sharedTexts = ""
    var properties = ""
    var sheetName = "指針値"

    var bytes: [UInt8] {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        return StoredZip([
            (
                "xl/workbook.xml",
                """
                <?xml version="1.0" encoding="UTF-8"?><workbook xmlns="\(main)" xmlns:r="\(relations)">\
                \(properties)<sheets><sheet name="表紙" sheetId="1" r:id="rId1"/>\
                <sheet name="\(sheetName)" sheetId="2" r:id="rId2"/></sheets></workbook>
                """
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """
                <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
                <Relationship Id="rId1" Type="\(relations)/worksheet" Target="worksheets/sheet1.xml"/>\
                <Relationship Id="rId2" Type="\(relations)/worksheet" Target="/xl/worksheets/sheet2.xml"/>\
                <Relationship Id="rId3" Type="\(relations)/sharedStrings" Target="sharedStrings.xml"/>\
                </Relationships>
                """
            ),
            ("xl/sharedStrings.xml", #"<sst xmlns="\#(main)">\#(sharedTexts)</sst>"#),
            ("xl/worksheets/sheet1.xml", #"<worksheet xmlns="\#(main)"><sheetData/></worksheet>"#),
            (
                "xl/worksheets/sheet2.xml",
                #"<worksheet xmlns="\#(main)"><cols/><sheetData>\#(rows)</sheetData></worksheet>"#
            ),
        ]).bytes
    }
}
