import Acquisition
import Detection
import Logging
import Metering
import Storage
import Testing

@testable import Gateway

struct RedeliveryTests {
    private func configuration(_ terms: RedeliveryTerms? = RedeliveryTerms()) -> LiveConfiguration {
        LiveConfiguration(
            Configuration(
                settings: GatewaySettings(
                    station: "test",
                    console: GatewaySettings.ConsoleAddress(host: "127.0.0.1", port: 0),
                    lines: [],
                    pollSeconds: 3_600,
                    feed: FeedSettings(id: .feed, baseURL: "http://a", redelivery: terms),
                    feedDelayHours: 30,
                    mail: nil
                ),
                rules: .shipped,
                templates: nil,
                pilot: GatewayScene.pilot,
                unverified: []
            )
        )
    }

    /// A scene in which the fed meter's values came whole on some days.
    private func scene(days: [Int64]) async throws -> GatewayScene {
        let scene = try await GatewayScene()
        for day in days {
            let values = (1...24).map { (at: march(day, hours: $0), litres: day * 100 + $0) }
            let page = GatewayScene.page(values, delivered: march(day + 1, hours: 6))
            try await scene.pipeline.take(page, at: page.answered)
        }
        return scene
    }

    private func days(_ range: ClosedRange<Int64>) -> ClosedRange<LocalDay> {
        LocalDay(containing: march(range.lowerBound))...LocalDay(containing: march(range.upperBound))
    }

    private let meter = Meter.ID("TN-3")

    @Test func `days that did not come are owed once they are due, and asked for once`() async throws {
        let scene = try await scene(days: [2, 3, 5])
        let redelivery = Redelivery(store: scene.store, live: configuration())
        #expect(try await redelivery.owed(at: march(5, hours: 5)).isEmpty)
        let owed = try await redelivery.owed(at: march(5, hours: 6))
        #expect(owed == [RedeliveryRequest(meter: meter, days: days(4...4))])
        for request in owed { try await redelivery.noteAsked(request, at: march(5, hours: 6)) }
        #expect(try await redelivery.owed(at: march(5, hours: 6)).isEmpty)
        // Another process with the same store knows it as well.
        let restarted = Redelivery(store: scene.store, live: configuration())
        #expect(try await restarted.owed(at: march(5, hours: 11)).isEmpty)
        #expect(try await restarted.owed(at: march(5, hours: 12)) == owed)
    }

    @Test func `a day that came is owed no more`() async throws {
        let scene = try await scene(days: [2, 3, 4])
        let redelivery = Redelivery(store: scene.store, live: configuration())
        #expect(try await redelivery.owed(at: march(6, hours: 5)).isEmpty)
        let owed = try await redelivery.owed(at: march(7, hours: 6))
        #expect(owed == [RedeliveryRequest(meter: meter, days: days(5...6))])
    }

    @Test func `a meter that was exchanged is asked for under the number of the hour`() async throws {
        let scene = try await scene(days: [2, 3])
        let exchange = MeterExchange(
            point: .fed,
            at: march(4, hours: 10),
            closing: .litres(500),
            opening: .zero,
            newMeter: Meter.ID("TN-4")
        )
        _ = try await scene.store.record(exchange, by: "fitter", at: march(4, hours: 11))
        let owed = try await Redelivery(store: scene.store, live: configuration()).owed(
            at: march(6, hours: 7)
        )
        #expect(
            owed == [
                RedeliveryRequest(meter: meter, days: days(4...4)),
                RedeliveryRequest(meter: Meter.ID("TN-4"), days: days(4...5)),
            ]
        )
    }

    @Test func `a refusal is remembered with its reason`() async throws {
        let scene = try await scene(days: [2])
        let redelivery = Redelivery(store: scene.store, live: configuration())
        let request = RedeliveryRequest(meter: meter, days: days(3...3))
        try await redelivery.noteAsked(request, at: march(4, hours: 7))
        try await redelivery.noteFailure(request, "the feed answered 404")
        let notes = try await scene.store.redeliveries(on: .feed, since: LocalDay(containing: march(1)))
        #expect(notes.map(\.lastFailure) == ["the feed answered 404"])
    }

    @Test func `a meter that never reported, and a feed that delivers once, are not asked`() async throws {
        let silent = try await scene(days: [])
        #expect(try await Redelivery(store: silent.store, live: configuration()).owed(at: march(9)).isEmpty)
        let once = Redelivery(store: try await scene(days: [2]).store, live: configuration(nil))
        #expect(try await once.owed(at: march(9)).isEmpty)
    }
}
