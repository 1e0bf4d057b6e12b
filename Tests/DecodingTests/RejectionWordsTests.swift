import Metering
import Testing

@testable import Decoding

/// Whatever a decoder says of a bad row or record has its words in both languages.
struct RejectionWordsTests {
    private static let arrival = Instant(secondsSince1970: 1_788_986_465)

    private static func unknown(_ rejections: [Rejection]) -> [String] {
        // The symbol of a unit is the same in both.
        rejections.map(\.expected).filter { !RejectionReason($0).isKnown && $0 != "L" }
    }

    @Test func `files of events`() {
        let text = """
            service_point,kind,at,by,reason,until,index_m3,area
            ,opened,yesterday,,,tomorrow,1.5,
            S-1,open
            """
        let events = EventsText(DelimitedText(Array(text.utf8), named: "e.csv"))
        let headless = EventsText(DelimitedText(Array("a,b\n".utf8), named: "e.csv"))
        #expect(events.rejections.count >= 7 && headless.rejections.count == 5)
        #expect(Self.unknown(events.rejections + headless.rejections) == [])
    }

    @Test func `pages of the feed`() throws {
        let good =
            #""meter_id":"M","measuring_date":"2026-09-09","revision":1,"unit":"L","#
            + #""delivered_at":"2026-09-10T03:11:02+09:00""#
        let records = [
            "3", "{}", #"{"meter_id":"M"}"#, "{" + good + "}",
            "{" + good.replacing("\"L\"", with: "\"m3\"") + #","values":[]}"#,
            "{" + good
                + #","values":[3,{},{"at":"x"},{"at":"2027-09-09T01:00:00+09:00","index_l":1,"q":"N"},"#
                + #"{"at":"2020-09-09T01:00:00+09:00","index_l":1,"q":"N"},"#
                + #"{"at":"2026-09-09T01:00:00+09:00","index_l":-1,"q":"N"},"#
                + #"{"at":"2026-09-09T01:00:00+09:00","index_l":1,"q":"?"}]}"#,
        ]
        let body = #"{"schema":"kyodo-kenshin/1.0","records":[\#(records.joined(separator: ","))]}"#
        let page = try FeedPage.decode(Array(body.utf8), arrivedAt: Self.arrival)
        let alarms = try FeedAlarmPage.decode(Array(body.utf8), arrivedAt: Self.arrival)
        let rejections =
            page.unreadable.map(\.rejection) + page.records.flatMap(\.rejections)
            + alarms.unreadable.map(\.rejection)
        #expect(rejections.count >= 10)
        #expect(Self.unknown(rejections) == [])
    }
}
