import Acquisition
import Detection
import Logging
import Metering
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import Simulation

/// A station that pulls a simulated feed in which things go wrong, over HTTP on this machine and on a clock that leaps.
///
/// The feed's world ends before the station's clock does: after that nothing new is delivered, and pulls go on.
final class FeedStorm: Sendable {
    static let days: Int64 = 16
    static let worldEnd = Sample.start + days * 86_400

    let feed: SimulatedFeed
    let clock: LeapingClock
    let store: MeterStore
    private let neighbourhood: Neighbourhood
    private let failures = Mutex<[String?]>([])

    init(_ faults: FeedFaults, seed: UInt64, pageSize: Int = 20) async throws {
        let neighbourhood = Sample.neighbourhood(seed: seed)
        let clock = LeapingClock(from: Sample.start + 86_400, to: FeedStorm.worldEnd + 6 * 86_400)
        feed = SimulatedFeed(
            neighbourhood,
            seed: seed,
            faults: faults,
            door: .client(id: "city", secret: "s3cret", tokenSeconds: 3_600),
            pageSize: pageSize,
            now: { min(clock.instant, FeedStorm.worldEnd) }
        )
        self.clock = clock
        self.neighbourhood = neighbourhood
        store = try await MeterStore.inMemory()
    }

    /// Pulls until the clock's end.
    func pull(duties: Set<FeedDuty> = [.readings, .redelivery]) async throws {
        let port = ListeningPort()
        try await whileServing(feed.server(ready: { port.announce($0) }).run) { [self] in
            let url = "http://127.0.0.1:\(await port.number())"
            let station = try await station(at: url)
            try await collection(of: station, duties).run()
        }
    }

    /// The feed of the station, judged once and not after every pull, which the law does not need.
    private func collection(of station: Station, _ duties: Set<FeedDuty>) throws -> FeedCollection {
        let now: @Sendable () -> Instant = { [clock] in clock.instant }
        let redelivery = Redelivery(store: store, live: station.live)
        return FeedCollection(
            try #require(station.configuration.settings.feed),
            duties: duties,
            keeping: FeedKeeping(
                watermark: { [store] in try await store.watermark(of: $0) },
                deliver: { try await station.pipeline.take($0, at: now()) },
                pullEnded: { [self] report in failures.withLock { $0.append(report.failure) } },
                owed: { try await redelivery.owed(at: now()) },
                noteAsked: { try await redelivery.noteAsked($0, at: now()) },
                noteFailure: { try await redelivery.noteFailure($0, $1) }
            ),
            clock: clock,
            now: now,
            logger: station.logger
        )
    }

    /// Why each pull failed, nil for those that did not.
    var pulls: [String?] { failures.withLock { $0 } }

    private func station(at url: String) async throws -> Station {
        let places = neighbourhood.installations.filter(\.isFeed)
        let pilot = Pilot(
            installations: places.map { place in
                Installation(
                    point: place.point,
                    meter: Meter(id: place.meter, dial: place.dial),
                    source: .feed(place.meter)
                )
            },
            profiles: []
        )
        let feed = FeedSettings(
            id: Path.ID("feed"),
            baseURL: url,
            pullInterval: .seconds(12 * 3_600),
            requestTimeout: .milliseconds(250),
            authorisation: .clientCredentials(
                ClientCredentials(
                    tokenURL: url + "/oauth2/token",
                    clientID: "city",
                    secret: Secret("s3cret")
                )
            )
        )
        let configuration = Configuration(
            settings: GatewaySettings(
                station: "storm",
                console: GatewaySettings.ConsoleAddress(host: "127.0.0.1", port: 0),
                lines: [],
                pollSeconds: 3_600,
                feed: feed,
                feedDelayHours: 30,
                mail: nil
            ),
            rules: .shipped,
            templates: nil,
            pilot: pilot,
            unverified: []
        )
        let station = try await Station(
            configuration: configuration,
            store: store,
            now: clock.instant,
            logger: Logger(label: "storm") { _ in SwiftLogNoOpLogHandler() }
        )
        for exchange in neighbourhood.truth.exchanges
        where places.contains(where: { $0.point.id == exchange.point }) {
            _ = try await store.record(exchange, by: "fitter", at: clock.instant)
        }
        return station
    }

    /// Everything stored: of each point and instant the newest revision.
    func stored() async throws -> [DeliveredValue: HeldValue] {
        var found: [DeliveredValue: HeldValue] = [:]
        let all = Instant(secondsSince1970: 0)..<Instant(secondsSince1970: 1 << 40)
        for place in neighbourhood.installations where place.isFeed {
            for reading in try await store.readings(of: place.point.id, in: all) {
                let meter = neighbourhood.meter(of: reading.point, at: reading.at)
                let key = DeliveredValue(point: reading.point, meter: meter, at: reading.at)
                let litres = reading.index.millilitres / 1_000
                found[key] = HeldValue(revision: reading.revision, litres: litres)
            }
        }
        return found
    }

    /// What is judged of all points and days.
    func usage() async throws -> [DailyUsage] {
        try await station(at: "").pipeline.think(at: clock.instant)
        var usage: [DailyUsage] = []
        let first = LocalDay(containing: Sample.start)
        let days = first..<first.advanced(by: Int(FeedStorm.days) + 30)
        for place in neighbourhood.installations where place.isFeed {
            usage += try await store.dailyUsage(of: place.point.id, in: days)
        }
        return usage
    }

    /// Each meter number that the feed knows.
    var meters: [Meter.ID] {
        let places = neighbourhood.installations.filter(\.isFeed)
        return places.flatMap { place in
            [Sample.start, FeedStorm.worldEnd].map { neighbourhood.meter(of: place.point.id, at: $0) }
        }
    }
}
