import Alerting
import Decoding
import Detection
import Foundation
import Gateway
import Logging
import Metering
import Storage
import Synchronization

/// A set of readings of a whole city in the store, and what is asked of it.
struct CityWork {
    private let set: String
    private let pilot: Pilot
    private let now: Instant

    init(set: String) throws {
        self.set = set
        let meters = MetersText(DelimitedText(try CityWork.bytes(set + "/meters.csv"), named: "meters.csv"))
        guard meters.rejections.isEmpty, !meters.rows.isEmpty else {
            throw StoreOrder.Wrong(description: "\(set)/meters.csv: \(meters.rejections)")
        }
        pilot = Pilot(
            installations: meters.rows.map { row in
                let id = Meter.ID(row.point.id.rawValue)
                return Installation(point: row.point, meter: Meter(id: id, dial: row.dial), source: .feed(id))
            },
            profiles: []
        )
        now = Instant(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StoreOrder.Wrong(description: "\(path): cannot be read")
        }
        return [UInt8](data)
    }

    private func opened(_ folder: String) async throws -> MeterStore {
        try await MeterStore.open(folder: folder, as: .collector)
    }

    func importAll(into folder: String) async throws -> [String: Double] {
        let store = try await opened(folder)
        _ = try await store.register(
            pilot.installations.map { RegisteredPoint(point: $0.point, meter: $0.meter) }
        )
        guard let handle = FileHandle(forReadingAtPath: set + "/readings.csv") else {
            throw StoreOrder.Wrong(description: "\(set)/readings.csv: cannot be read")
        }
        let watch = Stopwatch()
        let source = Mutex(handle)
        let outcome = try await Importing(pilot: pilot, store: store).readings(
            named: "readings.csv",
            at: now,
            next: { try source.withLock { [UInt8](try $0.read(upToCount: Importing.pieceBytes) ?? Data()) } }
        )
        let seconds = watch.seconds
        let exchanges = FileManager.default.contents(atPath: set + "/exchanges.csv") ?? Data()
        _ = try await Importing(pilot: pilot, store: store)
            .exchanges([UInt8](exchanges), named: "exchanges.csv", by: "benchmark", at: now)
        try await store.checkpoint()
        guard outcome.rejections.isEmpty else {
            throw StoreOrder.Wrong(description: "\(outcome.rejections.prefix(3))")
        }
        return ["seconds": seconds, "readings": Double(outcome.tally.stored)]
    }

    func think(in folder: String) async throws -> [String: Double] {
        let store = try await opened(folder)
        let judge = Judge(
            rules: DetectionRules(),
            policy: AlertPolicy(station: "", host: "invalid", recipients: [:])
        )
        let terms = Pipeline.Terms(pilot: pilot, judge: judge, feedDelaySeconds: 108_000)
        let pipeline = Pipeline(
            store: store,
            terms: { terms },
            logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let watch = Stopwatch()
        try await pipeline.think(at: now)
        let seconds = watch.seconds
        try await store.checkpoint()
        return ["seconds": seconds, "points": Double(pilot.installations.count)]
    }

    func seal(in folder: String) async throws -> [String: Double] {
        let store = try await opened(folder)
        let watch = Stopwatch()
        let blocks = try await store.seal(at: now)
        return ["seconds": watch.seconds, "blocks": Double(blocks)]
    }

    func ask(_ folder: String, about month: LocalMonth) async throws -> [String: Double] {
        let store = try await opened(folder)
        let days = month.firstDay..<month.next.firstDay
        let span = days.lowerBound.start..<days.upperBound.start + 1
        let points = pilot.installations.map(\.point.id)
        var result: [String: Double] = [:]
        var rows = 0
        result["last_readings"] = try await Stopwatch.median { rows = try await store.lastReadings().count }
        result["last_readings_rows"] = Double(rows)
        // One meter after the other, so that the file's cache does not answer alone.
        result["meter_month"] = try await Stopwatch.median {
            rows = 0
            for point in points.prefix(200) { rows += try await store.readings(of: point, in: span).count }
        }
        result["meter_month_rows"] = Double(rows)
        result["period_totals"] = try await Stopwatch.median {
            rows = try await store.usageTotals(in: days).count
        }
        result["period_totals_rows"] = Double(rows)
        result["daily_usage"] = try await Stopwatch.median {
            rows = try await store.dailyUsage(in: days).count
        }
        result["daily_usage_rows"] = Double(rows)
        result["night_minimum"] = try await Stopwatch.median {
            rows = try await store.nightMinimums(in: days).count
        }
        result["night_minimum_rows"] = Double(rows)
        let ledger = Ledger(store: store, pilot: pilot)
        let watch = Stopwatch()
        var totals = 0
        for point in points.prefix(200) {
            totals +=
                try await ledger.period(of: point, from: days.lowerBound, to: days.upperBound) == nil ? 0 : 1
        }
        result["explained_total_each"] = watch.seconds / Double(max(1, totals))
        return result
    }

    static func open(_ folder: String) async throws -> [String: Double] {
        let seconds = try await Stopwatch.median {
            let store = try await MeterStore.open(folder: folder, as: .collector)
            _ = try await store.lastReadings().count
            try store.close()
        }
        return ["seconds": seconds]
    }
}
