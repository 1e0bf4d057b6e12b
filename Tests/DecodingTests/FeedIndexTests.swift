import Decoding
import Metering
import Testing

/// One record with one value, whose index is written as `index`.
private func page(index: String, revision: String = "1") -> [UInt8] {
    Array(
        """
        {"schema":"kyodo-kenshin/1.0","next_cursor":null,"records":[{"meter_id":"TN1","measuring_date":"2026-09-09",
        "revision":\(revision),"unit":"L","delivered_at":"2026-09-10T05:41:00+09:00",
        "note":"brackets ]}, in a text","values":[{"at":"2026-09-09T16:00:00+09:00","index_l":\(index),"q":"N"}]}]}
        """.utf8
    )
}

struct FeedIndexTests {
    @Test(arguments: [("0", Int64(0)), ("1", 1), ("2", 2), ("1234567", 1_234_567)])
    func `an index is taken as it stands, also right after the end of the dial`(
        text: String,
        litres: Int64
    ) throws {
        let record = try #require(try FeedPage.decode(page(index: text)).records.first)
        #expect(record.values.map(\.index) == [.litres(litres)])
        #expect(record.rejections.isEmpty)
    }

    @Test(arguments: ["true", "false", "-1", "1.5", "\"7\"", "null", "[]", "1000000000000"])
    func `what is no whole number of litres is refused with its reason`(text: String) throws {
        let record = try #require(try FeedPage.decode(page(index: text)).records.first)
        #expect(record.values.isEmpty)
        #expect(record.rejections.map(\.field) == ["index_l"])
    }

    @Test(arguments: ["true", "0", "-1", "\"1\""])
    func `a record without a revision from 1 is refused`(revision: String) throws {
        let page = try FeedPage.decode(page(index: "5", revision: revision))
        #expect(page.records.isEmpty)
        #expect(page.unreadable.map(\.rejection.field) == ["revision"])
    }

    @Test func `a record is kept byte for byte as it came`() throws {
        let body = page(index: "5")
        let record = try #require(try FeedPage.decode(body).records.first)
        let text = String(decoding: body, as: UTF8.self)
        let kept = String(decoding: record.bytes, as: UTF8.self)
        #expect(text.contains("[" + kept + "]}"))
        #expect(kept.hasPrefix("{\"meter_id\"") && kept.hasSuffix("}]}"))
    }
}
