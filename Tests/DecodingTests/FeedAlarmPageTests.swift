import Metering
import Seeds
import Testing

@testable import Decoding

/// When the pages came: 2026-09-10T05:41:05+09:00.
private let arrival = Instant(secondsSince1970: 1_788_986_465)

private func page(_ records: [String]) -> [UInt8] {
    Array(
        #"{"schema":"kyodo-kenshin/1.0","next_cursor":null,"records":[\#(records.joined(separator: ","))]}"#
            .utf8
    )
}

/// A change that is right but for what is replaced.
private func change(_ old: String = "", _ new: String = "") -> String {
    let right =
        #"{"meter_id":"TN1","code":"LEAK_1","state":"START","at":"2026-09-10T03:10:00+09:00","#
        + #""alarms_raw":"A@@@@","delivered_at":"2026-09-10T03:11:02+09:00"}"#
    return old.isEmpty ? right : right.replacing(old, with: new)
}

struct FeedAlarmPageTests {
    @Test func `a right page is read whole`() throws {
        let page = try FeedAlarmPage.decode(
            page([change(), change("START", "CLEAR"), change("LEAK_1", "NEW_7")]),
            arrivedAt: arrival
        )
        #expect(page.unreadable.isEmpty)
        #expect(page.alarms.map(\.isRaised) == [true, false, true])
        #expect(page.alarms.map(\.code.rawValue) == ["LEAK_1", "LEAK_1", "NEW_7"])
        let first = page.alarms[0]
        #expect(first.at == Instant(iso8601: "2026-09-09T18:10:00Z"))
        #expect(first.deliveredAt == Instant(iso8601: "2026-09-09T18:11:02Z"))
        #expect(first.telegram == "A@@@@")
        #expect(String(decoding: first.bytes, as: UTF8.self) == change())
        #expect(Set(page.alarms.map(\.key)).count == 3)
    }

    @Test(arguments: [
        (#""TN1""#, "17", "meter_id"), (#""TN1""#, #""""#, "meter_id"), (#""LEAK_1""#, "null", "code"),
        (#""START""#, #""ON""#, "state"), (#""state""#, #""status""#, "state"),
        ("2026-09-10T03:10:00+09:00", "2026-09-10T03:10:00", "at"),
        ("2026-09-10T03:10:00+09:00", "2026-09-10T03:16:03+09:00", "at"),
        ("2026-09-10T03:10:00+09:00", "2025-08-06T03:11:01+09:00", "at"),
        ("2026-09-10T03:11:02+09:00", "yesterday", "delivered_at"),
    ])
    func `a change that breaks the contract is refused by itself`(old: String, new: String, field: String)
        throws
    {
        let page = try FeedAlarmPage.decode(page([change(), change(old, new), "7"]), arrivedAt: arrival)
        #expect(page.alarms.count == 1)
        #expect(page.unreadable.map(\.rejection.field) == [field, "record"])
        #expect(page.unreadable.map(\.rejection.place) == ["record 1", "record 2"])
    }

    @Test func `clocks may be five minutes ahead, and alarms 400 days old`() throws {
        for at in ["2026-09-10T03:16:02+09:00", "2025-08-06T03:11:02+09:00"] {
            let text = change("2026-09-10T03:10:00+09:00", at)
            #expect(try FeedAlarmPage.decode(page([text]), arrivedAt: arrival).alarms.count == 1, "\(at)")
        }
    }

    @Test func `a delivery in the future is told, and the alarm is taken`() throws {
        let text = change("2026-09-10T03:11:02+09:00", "2099-01-01T00:00:00+09:00")
        let alarm = try #require(try FeedAlarmPage.decode(page([text]), arrivedAt: arrival).alarms.first)
        #expect(alarm.rejections.map(\.field) == ["delivered_at"])
    }

    @Test func `every cut and every changed byte of a page is refused or read, and never breaks anything`() {
        let whole = page([change(), change("START", "CLEAR")])
        var generator = SeededGenerator(seed: 13)
        var read = 0
        for end in whole.indices { _ = try? FeedAlarmPage.decode(Array(whole[..<end]), arrivedAt: arrival) }
        for _ in 0..<2_000 {
            var spoilt = whole
            let place = Int.random(in: whole.indices, using: &generator)
            spoilt[place] = .random(in: 0...255, using: &generator)
            guard let page = try? FeedAlarmPage.decode(spoilt, arrivedAt: arrival) else { continue }
            read += 1
            #expect(page.alarms.count + page.unreadable.count <= 2)
        }
        #expect(read > 100)
    }
}
