import Decoding
import Metering
import Testing

struct OfficeTextTests {
    /// "開栓,髙,①" as Windows saves it.
    private static let cp932: [UInt8] = [
        0x8A, 0x4A, 0x90, 0xF0, 0x2C, 0xFB, 0xFC, 0x2C, 0x87, 0x40,
    ]

    @Test func `UTF-8 stays as it is, with a byte order mark and without`() throws {
        let plain = Array("開栓\r\n".utf8)
        #expect(try OfficeText.utf8(plain) == plain)
        #expect(try OfficeText.utf8([0xEF, 0xBB, 0xBF] + plain) == [0xEF, 0xBB, 0xBF] + plain)
        #expect(try OfficeText.utf8([]) == [])
    }

    @Test func `CP932 is read with the characters that makers added`() throws {
        #expect(String(decoding: try OfficeText.utf8(OfficeTextTests.cp932), as: UTF8.self) == "開栓,髙,①")
    }

    @Test func `half-width kana grow to three bytes each and fit`() throws {
        let kana = [UInt8](repeating: 0xB1, count: 1_000)
        #expect(
            String(decoding: try OfficeText.utf8(kana), as: UTF8.self) == String(repeating: "ｱ", count: 1_000)
        )
    }

    @Test(
        arguments: [
            ([0x61, 0x0A, 0x8A], 2),
            ([0xFF, 0x61], 1),
            (cp932 + [0x0A, 0x0A, 0xFD, 0xFD], 3),
        ] as [([UInt8], Int)]
    )
    func `bytes of no character are told with their line`(bytes: [UInt8], line: Int) {
        let error = #expect(throws: OfficeText.Undecodable.self) { try OfficeText.utf8(bytes) }
        #expect(error?.line == line)
    }
}

struct OfficeInstantTests {
    @Test(
        arguments: [
            ("2026-03-01T10:00:00+09:00", "2026-03-01T10:00:00+09:00"),
            ("2026-03-01T01:00:00Z", "2026-03-01T10:00:00+09:00"),
            ("2026-03-01T10:00", "2026-03-01T10:00:00+09:00"),
            ("2026/3/1 9:05", "2026-03-01T09:05:00+09:00"),
            ("2026/03/01 09:05:07", "2026-03-01T09:05:07+09:00"),
            ("2026/3/1", "2026-03-01T00:00:00+09:00"),
        ]
    )
    func `a date is read as offices write it, in Japan where it has no zone`(text: String, expected: String) {
        #expect(OfficeInstant.read(text)?.japaneseDescription == expected)
    }

    @Test(
        arguments: [
            "", "2026", "2026/2/30", "2026/3/1 24:00", "2026/3/1 10", "2026/3/1 10:60", "2026/3/1 10:00:60",
            "2026/3/1 10:00 x", "R8.3.1", "2026//3", "２０２６/3/1", "2026/-3/1",
        ]
    )
    func `what is no date is none`(text: String) {
        #expect(OfficeInstant.read(text) == nil)
    }
}

struct EventsTextTests {
    private func read(_ text: String) -> EventsText {
        EventsText(DelimitedText(Array(text.utf8), named: "events.csv"))
    }

    @Test func `rows become events, by English words or the trade's`() throws {
        let text = read(
            """
            service_point,kind,at,by,reason,until,index_m3,detail,area
            S-1,open,2026/3/1 9:00,sato,moved in,,,,
            S-1,目視検針,2026-03-02T10:00,kato,monthly,,123,,
            ,計画断水,2026-03-03T10:00,suzuki,works,2026-03-03T12:00,,,north
            """
        )
        #expect(text.rejections == [])
        #expect(text.rows.map(\.line) == [2, 3, 4])
        #expect(text.rows.map(\.event.kind) == [.open, .handReading, .plannedOutage])
        #expect(text.rows[1].event.index == .cubicMetres(123))
        #expect(text.rows[2].event.place == .area("north"))
        #expect(text.rows[2].event.until == text.rows[2].event.at + 7_200)
    }

    @Test func `every cell that is wrong is told with line and column`() {
        let text = read(
            """
            service_point,kind,at,by,reason,until,index_m3,area
            S-1,opened,2026-03-01,,moved in,,,
            ,open,yesterday,sato,x,tomorrow,1.5,
            S-1,open,2026-03-01,sato,x,,,north
            S-1,open
            """
        )
        #expect(text.rows == [])
        #expect(
            text.rejections.map { "\($0.place) \($0.field)" } == [
                "events.csv:2 kind", "events.csv:2 by", "events.csv:3 service_point", "events.csv:3 at",
                "events.csv:3 until", "events.csv:3 index_m3", "events.csv:4 service_point",
                "events.csv:5 row",
            ]
        )
    }

    @Test func `a hand reading needs point, instant, whole m3 and who read it`() {
        let bytes = Array(
            "service_point,at,index_m3,by\nS-1,2026-03-01 10:00,12,kato\nS-1,2026-03-01,-1,kato\n,x,,\n".utf8
        )
        let text = HandReadingsText(DelimitedText(bytes, named: "hand.csv"))
        #expect(text.rows.map(\.event.index) == [.cubicMetres(12)])
        #expect(text.rows.map(\.event.reason) == ["hand reading"])
        #expect(
            text.rejections.map { "\($0.place) \($0.field)" } == [
                "hand.csv:3 index_m3", "hand.csv:4 service_point", "hand.csv:4 at", "hand.csv:4 index_m3",
                "hand.csv:4 by",
            ]
        )
    }

    @Test func `a file without the columns has no rows`() {
        let text = read("service_point,kind\nS-1,open\n")
        #expect(text.rejections.map(\.field) == ["at", "by", "reason"] && text.rows.isEmpty)
    }
}
