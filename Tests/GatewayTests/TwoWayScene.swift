import Alerting
import Decoding
import Detection
import Logging
import Metering
import Seeds
import Storage

@testable import Gateway

/// Three homes, each on a line and in the feed, with the store and the pipeline behind them.
struct TwoWayScene {
    static let points: [ServicePoint.ID] = [.wired, .beside, .fed]

    static let pilot = Pilot(
        installations: points.enumerated().map { place, point in
            Installation(
                point: ServicePoint(
                    id: point,
                    calibre: Calibre(millimetres: 20),
                    useClass: UseClass("household"),
                    area: ""
                ),
                meter: Meter(id: Meter.ID("M-\(place)"), dial: GatewayScene.dial),
                source: .line(wiring(unit: UInt8(21 + place))),
                second: Installation.SecondWay(
                    source: .feed(Meter.ID("TN-\(place)")),
                    resolution: .litres(1)
                )
            )
        },
        profiles: [GatewayScene.module]
    )

    static func wiring(unit: UInt8, path: Path.ID = .line) -> Installation.Wiring {
        Installation.Wiring(
            path: path,
            unit: unit,
            channel: 1,
            model: GatewayScene.module.id,
            site: SiteConversion(
                dial: GatewayScene.dial,
                litresPerCount: ExactDecimal(coefficient: 1),
                dialOffset: .zero
            )
        )
    }

    let store: MeterStore
    let pipeline: Pipeline
    let pilot: Pilot

    init(_ pilot: Pilot = TwoWayScene.pilot) async throws {
        store = try await MeterStore.inMemory()
        try await store.register(pilot.registered)
        let policy = AlertPolicy(
            station: "test",
            host: "example.jp",
            recipients: [.warning: ["duty@example.jp"], .maintenance: ["upkeep@example.jp"]]
        )
        let terms = Pipeline.Terms(
            pilot: pilot,
            judge: Judge(rules: .shipped, policy: policy),
            feedDelaySeconds: 30 * 3_600
        )
        pipeline = Pipeline(
            store: store,
            terms: { terms },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.pilot = pilot
    }

    /// Keeps readings of both ways, each way as one record, and judges nothing.
    @discardableResult
    func keep(
        _ first: [Reading],
        second: [Reading] = [],
        key: String,
        at now: Instant
    ) async throws -> [ArrivalOutcome] {
        func capture(_ path: Path.ID) -> Capture {
            Capture(
                path: path,
                source: "home",
                key: key,
                times: CaptureTimes(asked: now, answered: now),
                bytes: Array("\(path) \(key)".utf8)
            )
        }
        return try await store.store(
            [
                Arrival(capture: capture(.line), readings: first),
                Arrival(capture: capture(.feed), readings: [], second: second),
            ],
            at: now
        )
    }

    /// All that is kept of a point's usage.
    func usage(of point: ServicePoint.ID = .wired) async throws -> [DailyUsage] {
        let always = LocalDay(daysSince1970: 0)..<LocalDay(daysSince1970: 100_000)
        return try await store.dailyUsage(of: point, in: always)
    }

    func account(of point: ServicePoint.ID = .wired, asOf: Instant? = nil) async throws -> Ledger.Account? {
        let days = LocalDay(containing: march(-60))..<LocalDay(containing: march(40))
        return try await Ledger(store: store, pilot: pilot).account(of: point, around: days, asOf: asOf)
    }

    func kinds(of point: ServicePoint.ID = .wired) async throws -> [Finding.Kind] {
        try await store.incidents(currentOnly: true).filter { $0.subject == .point(point) }.map(\.kind)
    }
}

/// The water of one home, and how both ways would tell of it.
struct TwoWayWater {
    /// The register at each full hour, in litres.
    let litres: [Int64]
    let start: Instant
    let point: ServicePoint.ID

    init(seed: UInt64, days: Int, from start: Instant, at point: ServicePoint.ID = .wired) {
        var random = SeededGenerator(seed: seed)
        var sum: Int64 = 500_000
        litres = (0...days * 24).map { hour in
            let isNight = hour % 24 < 6
            if !isNight, Int.random(in: 0...2, using: &random) > 0 {
                sum += Int64.random(in: 0...120, using: &random)
            }
            return sum
        }
        self.start = start
        self.point = point
    }

    /// Stamped three seconds past the hour, as a poll is.
    func first(_ hours: Range<Int>? = nil) -> [Reading] {
        (hours ?? 0..<litres.count).map { hour in
            Reading(point: point, at: start + Int64(hour) * 3_600 + 3, index: .litres(litres[hour]))
        }
    }

    /// By a register that is `offset` litres above, and a clock that is ahead.
    func second(_ hours: Range<Int>? = nil, offset: Int64 = 0, skew: Int64 = 0) -> [Reading] {
        (hours ?? 0..<litres.count).map { hour in
            Reading(
                point: point,
                at: start + Int64(hour) * 3_600 + skew,
                index: GatewayScene.dial.wrapped(.litres(litres[hour] + offset))
            )
        }
    }
}
