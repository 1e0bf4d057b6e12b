import Decoding
import Metering
import Testing

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

    @Test func `rows take whatever dates and digits files of the feed take`() throws {
        let text = read(
            """
            service_point,kind,at,by,reason,until,index_m3
            S-1,tank,令和8年3月1日 9時30分,sato,x,R8.3.2,
            S-1,目視検針,２０２６／３／１　２４：００,kato,x,,１２３
            S-1,open,20260301 9:05:07,kato,x,,
            S-1,close,2026-03-01T01:00:00Z,kato,x,,
            """
        )
        #expect(text.rejections == [])
        #expect(
            text.rows.map(\.event.at.japaneseDescription) == [
                "2026-03-01T09:30:00+09:00", "2026-03-02T00:00:00+09:00", "2026-03-01T09:05:07+09:00",
                "2026-03-01T10:00:00+09:00",
            ]
        )
        #expect(text.rows[0].event.until?.japaneseDescription == "2026-03-02T00:00:00+09:00")
        #expect(text.rows[1].event.index == .cubicMetres(123))
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
