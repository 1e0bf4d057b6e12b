import Metering
import Seeds
import Testing

@testable import Decoding

/// A page with this list of records.
private func page(_ records: [String], schema: String = "kyodo-kenshin/1.0") -> [UInt8] {
    Array(#"{"schema":"\#(schema)","next_cursor":"c7","records":[\#(records.joined(separator: ","))]}"#.utf8)
}

/// A record that is right but for what is replaced.
private func record(_ old: String = "", _ new: String = "") -> String {
    let right = #"""
        {"meter_id":"TN1","measuring_date":"2026-09-09","revision":1,"unit":"L",
        "delivered_at":"2026-09-10T05:41:00+09:00","alarms":["LEAK_1"],"battery":"OK",
        "values":[{"at":"2026-09-09T16:00:00+09:00","index_l":5,"q":"N"},
        {"at":"2026-09-09T17:00:00+09:00","index_l":6,"q":"N"}]}
        """#
    return old.isEmpty ? right : right.replacing(old, with: new, maxReplacements: 1)
}

extension FeedPage {
    /// A page as it arrived five seconds after its records were delivered: at 2026-09-10T05:41:05+09:00.
    static func decode(_ bytes: [UInt8]) throws(FeedDecodingError) -> FeedPage {
        try decode(bytes, arrivedAt: Instant(secondsSince1970: 1_788_986_465))
    }
}

struct FeedPageTests {
    @Test func `a right page is read whole`() throws {
        let page = try FeedPage.decode(page([record(), record("TN1", "TN2")]))
        #expect(page.records.map(\.meter.rawValue) == ["TN1", "TN2"])
        #expect(page.nextCursor == "c7")
        #expect(page.unreadable.isEmpty)
        let first = page.records[0]
        #expect(first.values.map(\.index) == [.litres(5), .litres(6)])
        #expect(first.values.map(\.at) == [7, 8].map { Instant(iso8601: "2026-09-09T0\($0):00:00Z") })
        #expect(first.status == [.leak])
        #expect(first.revision == 1)
    }

    @Test(arguments: [
        (#""TN1""#, "17", "meter_id"), (#""TN1""#, #""""#, "meter_id"),
        ("2026-09-10T05:41:00+09:00", "2026-09-10T05:41:00", "delivered_at"),
        ("2026-09-10T05:41:00+09:00", "2026-13-10T05:41:00+09:00", "delivered_at"),
        (#""revision":1"#, #""revision":1.5"#, "revision"), (#""unit":"L""#, #""unit":"m3""#, "unit"),
        (#""values":["#, #""value":["#, "values"),
    ])
    func `a record that breaks the contract is refused by itself`(old: String, new: String, field: String)
        throws
    {
        let page = try FeedPage.decode(page([record(), record(old, new), record("TN1", "TN3")]))
        #expect(page.records.map(\.meter.rawValue) == ["TN1", "TN3"])
        #expect(page.unreadable.map(\.rejection.field) == [field])
        #expect(page.unreadable.map(\.rejection.place) == ["record 1"])
    }

    @Test(arguments: [
        (#""q":"N""#, #""q":"X""#, "q"), (#""q":"N""#, #""p":"N""#, "q"),
        ("2026-09-09T16:00:00+09:00", "2026-09-10T05:46:01+09:00", "at"),
        ("2026-09-09T16:00:00+09:00", "2025-08-06T00:00:00+09:00", "at"),
        ("2026-09-09T16:00:00+09:00", "16:00", "at"),
        (#"{"at":"2026-09-09T16:00:00+09:00","index_l":5,"q":"N"}"#, "5", "values"),
    ])
    func `a value that breaks the contract is refused by itself`(old: String, new: String, field: String)
        throws
    {
        let record = try #require(try FeedPage.decode(page([record(old, new)])).records.first)
        #expect(record.values.map(\.index) == [.litres(6)])
        #expect(record.rejections.map(\.field) == [field])
    }

    @Test func `clocks may be five minutes ahead of the delivery, and values 400 days old`() throws {
        for at in ["2026-09-10T05:46:00+09:00", "2025-08-06T05:41:00+09:00"] {
            let decoded = try FeedPage.decode(page([record("2026-09-09T16:00:00+09:00", at)]))
            #expect(decoded.records.first?.values.count == 2, "\(at)")
        }
    }

    @Test(arguments: [
        ("N", ReadingQuality.measured), ("R", .measured), ("C", .measured), ("E", .estimated),
        ("S", .suspect),
    ])
    func `only what was measured is evidence`(letter: String, quality: ReadingQuality) throws {
        let decoded = try FeedPage.decode(page([record(#""q":"N""#, #""q":"\#(letter)""#)]))
        #expect(decoded.records.first?.values.first?.quality == quality)
    }

    @Test func `a value that the record itself calls missing is neither a value nor a mistake`() throws {
        let decoded = try FeedPage.decode(page([record(#""index_l":5,"q":"N""#, #""index_l":null,"q":"M""#)]))
        #expect(decoded.records.first?.values.map(\.index) == [.litres(6)])
        #expect(decoded.records.first?.rejections.isEmpty == true)
    }

    @Test func `the gaps of a record are kept with their reasons`() throws {
        let gaps = """
            "missing":[{"from":"2026-09-09T03:00:00+09:00","to":"2026-09-09T05:00:00+09:00","reason":"POWER"},
            {"from":"2026-09-09T07:00:00+09:00","to":"2026-09-09T07:00:00+09:00","reason":"WHALE"}],"values":[
            {"at":"2026-09-09T04:00:00+09:00","index_l":null,"q":"M"},
            {"at":"2026-09-09T09:00:00+09:00","index_l":null,"q":"M"},
            """
        let record = try #require(try FeedPage.decode(page([record(#""values":["#, gaps)])).records.first)
        let hour = { (hour: Int) in Instant(iso8601: "2026-09-09T0\(hour):00:00+09:00") }
        #expect(record.missing.map(\.from) == [hour(9), hour(3), hour(7)])
        #expect(record.missing.map(\.to) == [hour(9), hour(5), hour(7)])
        #expect(record.missing.map(\.reason) == [.unknown, .power, .unknown])
        #expect(record.values.count == 2 && record.rejections.isEmpty)
    }

    @Test(arguments: [
        (#"5"#, "missing"), (#"{"from":"3:00","to":"2026-09-09T05:00:00+09:00"}"#, "from"),
        (#"{"from":"2026-09-09T05:00:00+09:00","to":"2026-09-09T03:00:00+09:00"}"#, "to"),
        (#"{"from":"2026-09-09T05:00:00+09:00","to":"2126-09-09T03:00:00+09:00"}"#, "to"),
    ])
    func `a gap that breaks the contract is refused by itself`(gap: String, field: String) throws {
        let text = record(#""values":["#, #""missing":[\#(gap)],"values":["#)
        let record = try #require(try FeedPage.decode(page([text])).records.first)
        #expect(record.missing.isEmpty && record.values.count == 2)
        #expect(record.rejections.map(\.field) == [field])
    }

    @Test func `a delivery in the future is told, and its values are taken by their own stamps`() throws {
        let text = record("2026-09-10T05:41:00+09:00", "2099-01-01T00:00:00+09:00")
        let record = try #require(try FeedPage.decode(page([text])).records.first)
        #expect(record.values.count == 2)
        #expect(record.rejections.map(\.field) == ["delivered_at"])
    }

    @Test func `a delivery long ago makes no value of today wrong`() throws {
        let text = record("2026-09-10T05:41:00+09:00", "1970-01-01T09:00:00+09:00")
        let record = try #require(try FeedPage.decode(page([text])).records.first)
        #expect(record.values.count == 2)
        #expect(record.rejections.map(\.field) == ["delivered_at"])
    }

    @Test func `a delivery in the future makes no value of the future right`() throws {
        let late = record("2026-09-10T05:41:00+09:00", "2099-01-01T00:00:00+09:00")
            .replacing("2026-09-09T16:00:00+09:00", with: "2098-12-31T23:00:00+09:00")
        let record = try #require(try FeedPage.decode(page([late])).records.first)
        #expect(record.values.map(\.index) == [.litres(6)])
        #expect(record.rejections.map(\.field) == ["at", "delivered_at"])
    }

    @Test func `a record that makes no sense is kept byte for byte`() throws {
        let broken = record("TN1", "").replacing("\n", with: " ")
        let page = try FeedPage.decode(page([record(), broken]))
        #expect(page.unreadable.map { String(decoding: $0.bytes, as: UTF8.self) } == [broken])
    }

    @Test(arguments: ["", "[]", "null", "{\"schema\":\"kyodo-kenshin/1.0\"}", "{\"records\":[]}", "<html>"])
    func `what is no page of the contract is refused whole`(body: String) {
        #expect(throws: FeedDecodingError.self) { try FeedPage.decode(Array(body.utf8)) }
    }

    @Test func `a page of another contract is refused, one of a later minor version is read`() throws {
        #expect(throws: FeedDecodingError.self) {
            try FeedPage.decode(page([record()], schema: "kyodo-kenshin/2.0"))
        }
        #expect(try FeedPage.decode(page([record()], schema: "kyodo-kenshin/1.7")).records.count == 1)
    }

    @Test func `every cut and every changed byte of a page is refused or read, and never breaks anything`() {
        let whole = page([record(), record("TN1", "TN2")])
        var generator = SeededGenerator(seed: 12)
        for end in whole.indices { _ = try? FeedPage.decode(Array(whole[..<end])) }
        for _ in 0..<3_000 {
            var spoilt = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                spoilt[Int.random(in: whole.indices, using: &generator)] = .random(
                    in: 0...255,
                    using: &generator
                )
            }
            guard let page = try? FeedPage.decode(spoilt) else { continue }
            for record in page.records { #expect(record.values.count <= 2) }
        }
    }
}

struct RecordSlicesTests {
    /// JSON of a random shape, spaces, brackets in texts and escapes included.
    private func json(_ generator: inout SeededGenerator, depth: Int = 3) -> String {
        let space = [" ", "", "\n", "\t"].randomElement(using: &generator) ?? ""
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return "\(Int.random(in: -9...9, using: &generator))e1" + space
        case 1: return #""]}\"\\,{漏水""#
        case 2: return "null" + space
        case 3: return #""""#
        case 4: return "true"
        case 5:
            let items = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                json(&generator, depth: depth - 1)
            }
            return "[" + space + items.joined(separator: space + ",") + "]"
        default:
            let items = (0..<Int.random(in: 0...3, using: &generator)).map { key in
                #""records\#(key)": "# + json(&generator, depth: depth - 1)
            }
            return "{" + items.joined(separator: "," + space) + space + "}"
        }
    }

    @Test func `the elements of the list are found byte for byte, whatever stands around and inside`() {
        var generator = SeededGenerator(seed: 2_026)
        for round in 0..<500 {
            let elements = (0..<Int.random(in: 0...4, using: &generator)).map { _ in json(&generator) }
            let before = json(&generator)
            let after = json(&generator)
            let text =
                #" {"a": \#(before), "records" : [ \#(elements.joined(separator: " , ")) ], "b":\#(after)}"#
            var slices = RecordSlices(Array(text.utf8))
            let found = slices.find().map { String(decoding: $0, as: UTF8.self) }
            let trimmed = elements.map { element in
                String(element.reversed().drop { $0.isWhitespace }.reversed())
            }
            #expect(
                found.map { String($0.reversed().drop { $0.isWhitespace }.reversed()) } == trimmed,
                "round \(round)"
            )
        }
    }
}
