import Testing

@testable import Decoding

struct TextEncodingTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func text(_ bytes: [UInt8], _ encoding: TextEncoding) throws(FileRefusal) -> String {
        String(decoding: try encoding.utf8(bytes), as: UTF8.self)
    }

    @Test(arguments: [
        // 髙 (NEC selected IBM), ① (NEC row 13), ～ (wave dash by Microsoft's table), half-width ｱ, the 5C trap 表.
        ([0xFB, 0xFC] as [UInt8], "髙"), ([0x87, 0x40], "①"), ([0x81, 0x60], "～"), ([0xB1], "ｱ"),
        ([0x95, 0x5C], "表"), ([0x8E, 0x77, 0x90, 0x6A], "指針"), ([0x41, 0x0D, 0x0A], "A\r\n"), ([], ""),
    ])
    func `CP932 has the characters of Windows`(bytes: [UInt8], expected: String) throws {
        #expect(try text(bytes, .cp932) == expected)
        #expect(try text(bytes, .either) == expected)
    }

    @Test func `UTF-8 is read with and without its mark`() throws {
        let bytes = Array("指針値,髙①".utf8)
        for encoding in [TextEncoding.utf8, .either] {
            #expect(try text(bytes, encoding) == "指針値,髙①")
            #expect(try text(Self.mark + bytes, encoding) == "指針値,髙①")
        }
    }

    @Test func `a byte that is no letter refuses the file and tells its place`() {
        let error = #expect(throws: FileRefusal.self) { try text([0x41, 0x0A, 0x42, 0xFF, 0x43], .cp932) }
        #expect(error?.line == 2)
        #expect(error?.found == "byte 0xFF at position 3")
        #expect(throws: FileRefusal.self) { try text([0x41, 0x82], .cp932) }
        #expect(throws: FileRefusal.self) { try text([0x8E, 0x77], .utf8) }
        #expect(throws: FileRefusal.self) { try text(Self.mark + [0x8E, 0x77], .either) }
    }

    @Test func `half-width kana grow to three bytes each and fit`() throws {
        let kana = [UInt8](repeating: 0xB1, count: 1_000)
        #expect(try text(kana, .either) == String(repeating: "ｱ", count: 1_000))
    }

    @Test func `what CP932 can say comes back as it was, and what it can't is not written`() throws {
        let said = "レコード区分,髙柳①,ｱｲｳ,24:00\r\n"
        #expect(try text(try #require(TextEncoding.cp932.bytes(of: said)), .cp932) == said)
        #expect(TextEncoding.cp932.bytes(of: "😀") == nil)
    }
}
