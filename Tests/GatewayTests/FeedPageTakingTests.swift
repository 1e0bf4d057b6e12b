import Acquisition
import Metering
import Storage
import Testing

@testable import Gateway

/// Pages of the feed on their way into the store.
struct FeedPageTakingTests {
    private func page(_ records: String, _ resource: FeedResource = .readings, at: Instant) -> FeedDelivery {
        FeedDelivery(
            path: resource == .readings ? .feed : Path.ID("feed/alarms"),
            resource: resource,
            asked: at,
            answered: at,
            body: Array(#"{"schema":"kyodo-kenshin/1.0","next_cursor":null,"records":[\#(records)]}"#.utf8)
        )
    }

    private func alarm(_ state: String, at: Instant, delivered: Instant, meter: String = "TN-3") -> String {
        #"{"meter_id":"\#(meter)","code":"LEAK_2","state":"\#(state)","at":"\#(at)","alarms_raw":"B@@@@","#
            + #""delivered_at":"\#(delivered)"}"#
    }

    private func take(_ page: FeedDelivery, _ scene: GatewayScene) async throws {
        try await scene.pipeline.take(page, at: page.answered)
    }

    @Test func `an alarm is kept with its record, under a watermark of its own`() async throws {
        let scene = try await GatewayScene()
        let start = alarm("START", at: march(2), delivered: march(2, seconds: 30))
        try await take(page(start, .alarms, at: march(2, hours: 1)), scene)
        #expect(
            try await scene.store.raisedAlarms().map { "\($0.point) \($0.code) \($0.since)" }
                == ["\(ServicePoint.ID.fed) LEAK_2 \(march(2))"]
        )
        #expect(try await scene.store.watermark(of: Path.ID("feed/alarms")) == march(2, seconds: 30))
        #expect(try await scene.store.watermark(of: .feed) == nil)
        let clear = alarm("CLEAR", at: march(2, hours: 5), delivered: march(2, hours: 5))
        let both = page(start + "," + clear, .alarms, at: march(2, hours: 6))
        try await take(both, scene)
        try await take(both, scene)
        #expect(try await scene.store.raisedAlarms().isEmpty)
        #expect(try await scene.store.alarmChanges(of: .fed).count == 2)
        #expect(try await scene.store.captureCount() == 2)
        #expect(try await scene.store.verify().isEmpty)
    }

    @Test func `an alarm of a meter that nobody registered is kept and told`() async throws {
        let scene = try await GatewayScene()
        let foreign = alarm("START", at: march(2), delivered: march(2), meter: "TN-99")
        try await take(page(foreign, .alarms, at: march(2)), scene)
        #expect(try await scene.store.raisedAlarms().isEmpty)
        #expect(try await scene.store.quarantined().map(\.rejection.found) == ["TN-99"])
    }

    @Test func `a delivery in the future does not carry the watermark there`() async throws {
        let scene = try await GatewayScene()
        try await take(GatewayScene.page([(march(2), 7)], delivered: march(3)), scene)
        let ahead =
            #"{"meter_id":"TN-3","measuring_date":"2026-03-02","revision":1,"unit":"L","#
            + #""delivered_at":"2099-01-01T00:00:00Z","#
            + #""values":[{"at":"\#(march(3))","index_l":8,"q":"N"}]}"#
        try await take(page(ahead, at: march(4)), scene)
        #expect(try await scene.store.watermark(of: .feed) == march(4))
        #expect(try await scene.store.lastReading(of: .fed)?.index == .litres(8))
        #expect(try await scene.store.quarantined().map(\.rejection.field) == ["delivered_at"])
    }

    @Test func `a record without a sense is put aside once, wherever it stands and however often it comes`()
        async throws
    {
        let scene = try await GatewayScene()
        let broken = #"{"meter_id":17}"#
        try await take(page(broken, at: march(2)), scene)
        try await take(page("7," + broken, at: march(2)), scene)
        try await take(page(broken + ",7", at: march(3)), scene)
        #expect(try await scene.store.captureCount() == 2)
        #expect(try await scene.store.quarantined().map(\.rejection.field) == ["meter_id", "record"])
    }

    @Test func `what the feed calls missing is kept with its reason`() async throws {
        let scene = try await GatewayScene()
        let record =
            #"{"meter_id":"TN-3","measuring_date":"2026-03-02","revision":1,"unit":"L","#
            + #""delivered_at":"\#(march(3, hours: 6))","values":[],"#
            + #""missing":[{"from":"\#(march(2, hours: 1))","to":"\#(march(3))","reason":"EMETER"}]}"#
        try await take(page(record, at: march(3, hours: 7)), scene)
        let spans = try await scene.store.missingSpans(of: .fed, in: march(2)..<march(3))
        #expect(
            spans == [
                MissingSpan(point: .fed, from: march(2, hours: 1), to: march(3), reason: .electricityMeter)
            ]
        )
        #expect(try await scene.store.readingCount() == 0)
    }
}
