import Metering
import Seeds
import Testing

@testable import Decoding

struct FeedFileDecoderTests {
    private static let header = "区分,計量日,番号,時刻,指針,品質,訂正\n"

    private static func layout(
        hasChecksum: Bool = false,
        trailer: Bool = false,
        encoding: TextEncoding = .utf8
    ) -> FeedLayout {
        FeedLayout(
            id: FeedLayout.ID("test"),
            form: .delimited(encoding, delimiter: .comma, headerRow: 1),
            name: FileNamePattern("W_{date}.csv"),
            hasChecksum: hasChecksum,
            columns: [
                .kind: "区分", .day: "計量日", .meter: "番号", .time: "時刻", .index: "指針", .quality: "品質",
                .revision: "訂正",
            ],
            index: FeedLayout.IndexRule(missing: ["欠測"]),
            quality: FeedLayout.QualityRule(codes: ["N": .measured, "E": .estimated, "M": .missing]),
            records: FeedLayout.RecordRule(
                data: ["D"],
                ignored: ["H"],
                trailer: trailer
                    ? FeedLayout.RecordRule.Trailer(kind: "T", column: "指針", pattern: "件数={count}") : nil
            ),
            revisionOffset: 1
        )
    }

    private func decode(
        _ text: String,
        _ layout: FeedLayout = Self.layout(),
        name: String = "W_20240124.csv",
        checksum: String? = nil
    ) throws(FileRefusal) -> DecodedFile {
        let received = LocalDay("2024-01-25").map(\.start) ?? Instant(secondsSince1970: 0)
        let file = FeedFile(
            name: name,
            bytes: layout.form == .delimited(.cp932, delimiter: .comma, headerRow: 1)
                ? TextEncoding.cp932.bytes(of: text) ?? [] : Array(text.utf8),
            checksum: checksum,
            receivedAt: received + 6 * 3_600
        )
        return try FeedFileDecoder(layout).decode(file)
    }

    private func rows(_ decoded: DecodedFile) -> [String] {
        decoded.readings.map {
            "\($0.meter?.rawValue ?? "-") \($0.at.japaneseDescription.prefix(13)) \($0.index)"
        }
    }

    private func refusals(_ decoded: DecodedFile) -> [String] {
        decoded.rejections.map { "\($0.place) \($0.field)" }
    }

    @Test func `24 o'clock is the next midnight and belongs to its measuring date`() throws {
        let decoded = try decode(Self.header + "D,2024/1/24,007,24:00,5,N,0\n")
        #expect(rows(decoded) == ["007 2024-01-25T00 5 L"])
        #expect(decoded.readings.map(\.place) == ["W_20240124.csv:2"])
    }

    @Test func `blank and missing words are missing, zero is zero`() throws {
        let decoded = try decode(
            Self.header + "D,2024/1/24,1,1:00,,N,0\nD,2024/1/24,1,2:00,欠測,N,0\nD,2024/1/24,1,3:00,7,M,0\n"
                + "D,2024/1/24,1,4:00,0,N,0\n"
        )
        #expect(decoded.missing == 3 && decoded.rejections == [])
        #expect(rows(decoded) == ["1 2024-01-24T04 0 L"])
    }

    @Test func `rows of nothing but delimiters and the end mark of DOS are none`() throws {
        let text = Self.header + "D,2024/1/24,1,1:00,7,N,0\n,,,,,,\n　,,,,,,\nT,,,,件数=1,,\n,,,,,,\n\u{1A}"
        let decoded = try decode(text, Self.layout(trailer: true))
        #expect(rows(decoded) == ["1 2024-01-24T01 7 L"] && decoded.rejections == [])
    }

    @Test func `a row twice is one, a row that says otherwise is kept beside it`() throws {
        let row = "D,2024/1/24,1,1:00,7,N,0\n"
        let decoded = try decode(Self.header + row + row + row.replacing(",7,", with: ",8,"))
        #expect(decoded.repeated == 1)
        #expect(rows(decoded) == ["1 2024-01-24T01 7 L", "1 2024-01-24T01 8 L"])
    }

    @Test func `an index that falls is left for others to judge`() throws {
        let decoded = try decode(Self.header + "D,2024/1/24,1,1:00,100,N,0\nD,2024/1/24,1,2:00,90,N,0\n")
        #expect(rows(decoded) == ["1 2024-01-24T01 100 L", "1 2024-01-24T02 90 L"])
    }

    @Test func `a quoted cell may hold line breaks, and the next row keeps its line`() throws {
        let header = Self.header.replacing("区分", with: "\"区\n分\"").replacing("\n\"", with: "\n\"")
        var layout = Self.layout()
        layout = FeedLayout(
            id: layout.id,
            form: layout.form,
            columns: layout.columns.merging([.kind: "区\n分"]) { $1 },
            quality: layout.quality,
            records: layout.records
        )
        let decoded = try decode(
            header + "D,2024/1/24,\"1\n\",1:00,100,N,1\r\nD,2024/1/24,2,x,90,N,1\r\n",
            layout
        )
        #expect(rows(decoded) == ["1 2024-01-24T01 100 L"])
        #expect(refusals(decoded) == ["W_20240124.csv:5 time"])
    }

    @Test func `CP932 with CRLF gives the same as UTF-8`() throws {
        let text = Self.header + "H,,髙柳①,,,,\nD,R6.1.24,007,1:00,5,N,0\n"
        let windows = try decode(text.replacing("\n", with: "\r\n"), Self.layout(encoding: .cp932))
        #expect(windows == (try decode(text)))
        #expect(rows(windows) == ["007 2024-01-24T01 5 L"])
    }

    @Test(arguments: [
        ("D,2024/1/32,1,1:00,7,N,0", "day"), ("D,,1,1:00,7,N,0", "day"),
        ("D,2024/1/24,1,25:00,7,N,0", "time"),
        ("D,2024/1/24,,1:00,7,N,0", "meter_id"), ("D,2024/1/24,1,1:00,7.x,N,0", "index"),
        ("D,2024/1/24,1,1:00,-7,N,0", "index"), ("D,2024/1/24,1,1:00,7,Z,0", "quality"),
        ("D,2024/1/24,1,1:00,7,,0", "quality"), ("D,2024/1/24,1,1:00,7,N,-1", "revision"),
        ("D,2024/1/24,1,1:00,7,N,x", "revision"), ("D,2024/1/25,1,7:00,7,N,0", "time"),
        ("D,2022/12/1,1,7:00,7,N,0", "time"), ("X,2024/1/24,1,1:00,7,N,0", "kind"), ("D,2024/1/24,1", "row"),
        ("D,2024/1/24,1,1:00,\"12,34\",N,0", "index"), ("D,2024/1/24,1,1:00,9999999999999,N,0", "index"),
    ])
    func `a bad row is refused by itself, with its line and field`(row: String, field: String) throws {
        let decoded = try decode(Self.header + row + "\nD,2024/1/24,1,1:00,7,N,0\n")
        #expect(refusals(decoded) == ["W_20240124.csv:2 \(field)"])
        #expect(rows(decoded) == ["1 2024-01-24T01 7 L"])
        #expect(decoded.rejections.allSatisfy { !$0.expected.isEmpty && !$0.found.isEmpty })
    }

    @Test(arguments: [
        ("D,2024/1/24,1,1:00,7,N,0\nT,,,,件数=1,,\n", nil as String?),
        ("T,,,,件数=0,,\n", nil),
        ("D,2024/1/24,1,x,7,N,0\nT,,,,件数=1,,\n", nil),
        ("D,2024/1/24,1,1:00,7,N,0\nT,,,,件数=2,,\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\n", "trailer"),
        ("T,,,,件数=1,,\nD,2024/1/24,1,1:00,7,N,0\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\nT,,,,1,,\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\nT,,,,件数=,,\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\nT\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\nT,,,,件数=1,,\nT,,,,件数=1,,\n", "trailer"),
        ("D,2024/1/24,1,1:00,7,N,0\n\"T,,,,件数=1,,\n", "row"),
    ])
    func `a file whose trailer is wrong or missing is refused whole`(text: String, field: String?) {
        do throws(FileRefusal) {
            _ = try decode(Self.header + text, Self.layout(trailer: true))
            #expect(field == nil)
        } catch {
            #expect(error.field == field)
        }
    }

    @Test(arguments: [
        ("", "header"), ("区分,計量日,番号,時刻,指針,品質\n", "訂正"),
        ("区分,計量日,番号,時刻,指針,指針,品質,訂正\n", "指針"),
    ])
    func `a header that lacks a column or has it twice refuses the file`(header: String, field: String) {
        let error = #expect(throws: FileRefusal.self) { try decode(header) }
        #expect(error?.field == field)
    }

    @Test func `the checksum beside the file has to be its own`() throws {
        // printf '' | sha256sum, and of the header alone below.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(FeedFile(name: "", bytes: [], receivedAt: Instant(secondsSince1970: 0)).digest == empty)
        let layout = Self.layout(hasChecksum: true)
        let own = FeedFile(name: "", bytes: Array(Self.header.utf8), receivedAt: Instant(secondsSince1970: 0))
            .digest
        for written in [own, own.uppercased() + "  W_20240124.csv\n"] {
            #expect(try decode(Self.header, layout, checksum: written) == DecodedFile())
        }
        for written in [nil, "", empty] as [String?] {
            let error = #expect(throws: FileRefusal.self) {
                try decode(Self.header, layout, checksum: written)
            }
            #expect(error?.field == "checksum")
        }
    }

    @Test func `another name is another file`() {
        let error = #expect(throws: FileRefusal.self) { try decode(Self.header, name: "V_20240124.csv") }
        #expect(error?.field == "name")
    }

    @Test func `the measuring date may stand in the name alone`() throws {
        let layout = FeedLayout(
            id: FeedLayout.ID("wide"),
            form: .delimited(.utf8, delimiter: .tab, headerRow: 2),
            name: FileNamePattern("W_{date}.csv"),
            columns: [.point: "水栓"],
            hours: FeedLayout.HourColumns(pattern: "{h}時", hours: 23...24)
        )
        let decoded = try decode("題\n水栓\t23時\t24時\nS-1\t5\t6\nS-2\t\tx\n", layout)
        #expect(
            decoded.readings.map(\.text) == [
                "- S-1 2024-01-24T23:00:00+09:00 5 L measured 1 none",
                "- S-1 2024-01-25T00:00:00+09:00 6 L measured 1 none",
            ]
        )
        #expect(refusals(decoded) == ["W_20240124.csv:4 24時"] && decoded.missing == 1)
    }

    @Test func `a page of the feed as a file says the same as over the line`() throws {
        let layout = FeedLayout(id: FeedLayout.ID("page"), form: .feedPage)
        let page = """
            {"schema":"kyodo-kenshin/1.0","records":[{"meter_id":"TN-3","measuring_date":"2024-01-24","revision":2,
            "delivered_at":"2024-01-25T05:41:00+09:00","values":[{"at":"2024-01-24T01:00:00+09:00","index_l":5,"q":"N"},
            {"at":"2024-01-24T02:00:00+09:00","index_l":-1,"q":"N"}]},{"meter_id":""}]}
            """
        let decoded = try decode(page, layout, name: "any.json")
        #expect(decoded.readings.map(\.text) == ["TN-3 - 2024-01-24T01:00:00+09:00 5 L measured 2 none"])
        #expect(decoded.rejections.map(\.field) == ["index_l", "meter_id"])
        #expect(decoded.rejections.allSatisfy { $0.place.hasPrefix("any.json:") })
        let error = #expect(throws: FileRefusal.self) { try decode("{", layout, name: "any.json") }
        #expect(error?.field == "page")
    }

    @Test
    func `whatever bytes come, each row becomes a reading, a reason, or nothing that it says is missing`()
        throws
    {
        var generator = SeededGenerator(seed: 4_711)
        let cells = [
            "D", "2024/1/24", "1", "1:00", "24:00", "7", "N", "0", "", "-1", "欠測", "M", "\"", "1,2", "髙", "T",
        ]
        for round in 0..<400 {
            let lines = (0..<5).map { _ in
                (0..<7).map { _ in cells.randomElement(using: &generator) ?? "" }.joined(separator: ",")
            }
            do throws(FileRefusal) {
                let decoded = try decode(Self.header + lines.joined(separator: "\n") + "\n")
                let told =
                    decoded.readings.count + decoded.rejections.count + decoded.missing + decoded.repeated
                #expect(told <= lines.count, "round \(round)")
                #expect(decoded.readings.allSatisfy { $0.index >= .zero })
            } catch {
                #expect(error.field == "row", "only a quote that is never closed hides the rest")
            }
        }
    }

    @Test func `the examples of a layout prove it, and a wrong one is told`() {
        func layout(_ readings: [String], refused: [String] = [], file: String? = nil) -> FeedLayout {
            FeedLayout(
                id: FeedLayout.ID("x"),
                form: .delimited(.cp932, delimiter: .comma, headerRow: 1),
                hasChecksum: true,
                columns: [.meter: "番号", .stamp: "日時", .index: "値"],
                examples: [
                    LayoutExample(
                        name: "one",
                        origin: .constructed,
                        fileName: "a.csv",
                        receivedAt: Instant(secondsSince1970: 1_706_130_000),
                        content: .text("番号,日時,値\n1,2024/1/24 1:00,5\n1,x,5\n"),
                        readings: readings,
                        refused: refused,
                        fileRefused: file
                    )
                ]
            )
        }
        let line = "1 - 2024-01-24T01:00:00+09:00 5 L measured 1 none"
        let right = LayoutProof(layout([line], refused: ["3 stamp"]))
        #expect(right.mismatches() == [] && right.valueCount == 2)
        #expect(LayoutProof(layout([line])).mismatches().map(\.field) == ["refused[0]"])
        #expect(LayoutProof(layout([], refused: ["3 stamp"])).mismatches().map(\.field) == ["readings[0]"])
        #expect(LayoutProof(layout([], file: "trailer")).mismatches().map(\.field) == ["file"])
    }
}
