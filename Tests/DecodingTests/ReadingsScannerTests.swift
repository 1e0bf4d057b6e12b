import Metering
import Seeds
import Testing

@testable import Decoding

struct ReadingsScannerTests {
    private struct Meaning: Equatable {
        var rows: [String] = []
        var rejections: [Rejection] = []
        var text: [UInt8] = []
    }

    private func scan(_ text: String, pieces: Int, mostLines: Int = 7, seed: UInt64 = 1) -> Meaning {
        var generator = SeededGenerator(seed: seed)
        var rest = Array(text.utf8)[...]
        var scanner = ReadingsScanner(named: "r.csv", mostLines: mostLines)
        var meaning = Meaning()
        var isLast = false
        while !isLast {
            let length =
                pieces == 1
                ? rest.count : Int.random(in: 0...max(1, rest.count * 2 / pieces), using: &generator)
            let piece = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            isLast = rest.isEmpty
            for lines in scanner.scan(piece, isLast: isLast) {
                meaning.text += lines.text
                meaning.rejections += lines.rejections
                for row in lines.rows {
                    let meter = scanner.meters[row.meter]
                    meaning.rows.append(
                        "\(row.line) \(meter) \(row.at) \(String(describing: row.index)) \(row.receivedAt)"
                    )
                }
            }
        }
        return meaning
    }

    private func readWhole(_ text: String) -> Meaning {
        let whole = ReadingsText(DelimitedText(Array(text.utf8), named: "r.csv"))
        return Meaning(
            rows: whole.rows.map {
                "\($0.line) \($0.meter) \($0.at) \(String(describing: $0.index)) \($0.receivedAt)"
            },
            rejections: whole.rejections,
            text: Array(text.utf8.drop { [0xEF, 0xBB, 0xBF].contains($0) })
        )
    }

    private static func row(_ generator: inout SeededGenerator) -> String {
        let meter =
            ["M1", "0002", "\"M,3\"", "水1", "", "\"two\nlines\""].randomElement(using: &generator) ?? ""
        let at =
            [
                "2025-04-01T01:00:00+09:00", "2025-04-01T24:00:00+09:00", "2025-03-31T15:00:00Z",
                "2025-02-29T01:00:00+09:00",
                "2025-04-01T01:00:00.5+09:00", "2025-04-01T25:00:00+09:00", "2025-04-01T01:00:00+0900", "",
                "2025-04-01 01:00:00+09:00", "2025-04-01T01:00:00-03:00",
            ].randomElement(using: &generator) ?? ""
        let index =
            ["1234", "0", "", "-5", "12.5", "abc", "1000000000000", "1000000000001", "٣", "\"77\"", " 5"]
            .randomElement(using: &generator) ?? ""
        let received = ["", "2025-04-02T01:00:00+09:00", "yesterday"].randomElement(using: &generator) ?? ""
        let cells = [meter, at, index, "OK", received]
        let extra = Int.random(in: 0...19, using: &generator) == 0 ? ",more" : ""
        return cells.joined(separator: ",") + extra
    }

    @Test(arguments: [UInt64](1...40))
    func `in pieces of any size a file means what it means as a whole`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var text = Bool.random(using: &generator) ? "\u{FEFF}" : ""
        text += "meter_id,timestamp,index_l,status,received_at"
        for _ in 0..<60 {
            text += ["\n", "\r\n", "\n\n", "\r"].randomElement(using: &generator) ?? "\n"
            text += ReadingsScannerTests.row(&generator)
        }
        if Bool.random(using: &generator) { text += "\n" }
        let expected = readWhole(text)
        for (pieces, mostLines) in [(1, 7), (9, 7), (200, 1)] {
            let found = scan(text, pieces: pieces, mostLines: mostLines, seed: seed)
            #expect(found.rows == expected.rows, "seed \(seed)")
            #expect(found.rejections == expected.rejections, "seed \(seed)")
            let isSameText = found.text == expected.text
            #expect(isSameText, "seed \(seed)")
        }
    }

    @Test(arguments: ["", "meter_id,timestamp\nM1,2025-04-01T01:00:00+09:00\n", "a;b;c\n1;2;3\n"])
    func `a file without the columns is refused once and has no rows`(text: String) {
        let meaning = scan(text, pieces: 3)
        #expect(meaning.rows.isEmpty)
        #expect(meaning.rejections == readWhole(text).rejections || text.isEmpty)
        #expect(text.isEmpty || !meaning.rejections.isEmpty)
    }

    private static let header = "meter_id,timestamp,index_l,status,received_at\n"

    private static func rows(_ numbers: Range<Int>) -> String {
        numbers.map { "M1,2025-04-01T01:00:00+09:00,\($0),OK,\n" }.joined()
    }

    @Test(arguments: [1, 5, 300])
    func `a forgotten quote costs its line, and is told with it, however long the file goes on`(pieces: Int) {
        let long = Self.rows(0..<4_000)
        let text = Self.header + Self.rows(0..<3) + "M1,\"2025-04-01T01:00:00+09:00,7,OK,\n" + long
        let found = scan(text, pieces: pieces, mostLines: 500)
        #expect(found.rejections.map(\.place) == ["r.csv:5"])
        #expect(found.rejections.map(\.field) == ["row"])
        #expect(found.rejections.first?.found.hasPrefix("M1,\"2025") == true)
        #expect(found.rows.count == 4_003)
        #expect(found.rows.last?.hasPrefix("4005 M1") == true, "line numbers go on")
        let isWhole = found.text == Array(text.utf8)
        #expect(isWhole)
    }

    @Test func `a quote that is open at the file's end is told, and the lines behind it are read`() {
        let text = Self.header + "M1,\"2025-04-01T01:00:00+09:00,7,OK,\n" + Self.rows(0..<3)
        let found = scan(text, pieces: 1)
        #expect(found.rejections.map(\.place) == ["r.csv:2"])
        #expect(found.rows.count == 3)
    }

    @Test func `of a row over several lines the line with the quote is told`() {
        let text = Self.header + "\"M\n1\",2025-04-01T01:00:00+09:00,\"7,OK,\n" + Self.rows(0..<2)
        let found = scan(text, pieces: 1)
        #expect(found.rejections.map(\.place) == ["r.csv:3"])
        #expect(found.rows.count == 2)
    }

    @Test(arguments: [1, 40])
    func `a line beyond all measure is passed over, and the next ones are read`(pieces: Int) {
        let endless = String(repeating: "x", count: 3 * ReadingsScanner.longestRow)
        for end in ["\n", "\r\n"] {
            let text = Self.header + Self.rows(0..<2) + endless + end + Self.rows(0..<2)
            let found = scan(text, pieces: pieces, seed: 7)
            #expect(found.rejections.map(\.place) == ["r.csv:4"])
            #expect(found.rows.map { String($0.prefix(4)) } == ["2 M1", "3 M1", "5 M1", "6 M1"])
        }
    }

    @Test func `each row's text is found by its line`() {
        var scanner = ReadingsScanner(named: "r.csv", mostLines: 100)
        let text = Self.header + "a,b\n\"c\nd\",e\n\"f,g\nh\n"
        let lines = scanner.scan(Array(text.utf8), isLast: true)
        let texts = lines[0].rowTexts().mapValues { String(decoding: $0, as: UTF8.self) }
        #expect(texts == [1: Self.header, 2: "a,b\n", 3: "\"c\nd\",e\n", 5: "\"f,g\n", 6: "h\n"])
        #expect(String(decoding: scanner.headerText, as: UTF8.self) == Self.header)
    }

    @Test(arguments: [("OK", 0), ("ESTIMATED", 1), ("SUSPECT", 2), ("LOW_BATTERY", 0), ("", 0)])
    func `the status says what is no evidence`(word: String, quality: Int) {
        var scanner = ReadingsScanner(named: "r.csv", mostLines: 100)
        let text = Self.header + "M1,2025-04-01T01:00:00+09:00,7,\(word),\n"
        let rows = scanner.scan(Array(text.utf8), isLast: true).flatMap(\.rows)
        #expect(rows.map(\.quality.rawValue) == [quality])
    }

    @Test func `columns stand in any order, beside others`() {
        let text = "x,index_l,timestamp,meter_id\nq,12,2025-04-01T01:00:00+09:00,M1\n"
        #expect(scan(text, pieces: 1) == readWhole(text))
        #expect(scan(text, pieces: 1).rows.count == 1)
    }

    @Test func `rows of twenty columns are read like all others`() {
        let names = (0..<17).map { "c\($0)" }.joined(separator: ",")
        let text = "\(names),meter_id,timestamp,index_l\n\(names),M1,2025-04-01T01:00:00+09:00,5\n"
        #expect(scan(text, pieces: 1) == readWhole(text))
        #expect(scan(text, pieces: 1).rows.count == 1)
    }
}
