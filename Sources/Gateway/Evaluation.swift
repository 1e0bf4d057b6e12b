import Acquisition
import Alerting
public import Billing
import Decoding
public import Detection
import Logging
public import Metering
import Reporting
import Storage

/// Runs a labelled folder of readings through the real path, as if the rows arrived just now, hour by hour.
public struct Evaluation: Sendable {
    /// What the rules said and what the periods came to, as files.
    public struct Outcome: Sendable {
        public let readings: Int
        public let rejections: [Rejection]
        /// The text of `detections.csv`.
        public let detections: String
        public let detectionCounts: [Finding.Kind: Int]
        /// The text of `billing.csv`.
        public let billing: String
        public let billingCounts: [MonthTotal.Quality: Int]
    }

    /// The files of a folder, as bytes.
    public struct Folder: Sendable {
        public let readings: [UInt8]
        public let meters: [UInt8]
        public let exchanges: [UInt8]?

        public init(readings: [UInt8], meters: [UInt8], exchanges: [UInt8]?) {
            self.readings = readings
            self.meters = meters
            self.exchanges = exchanges
        }
    }

    private let rules: DetectionRules

    public init(rules: DetectionRules) {
        self.rules = rules
    }

    /// - Parameters:
    ///   - folder: the files; bad rows are left out with their reason.
    ///   - progress: told the share done, in percent, now and then.
    /// - Returns: detections and totals.
    /// - Throws: `StoreError` when the store in memory fails.
    public func run(_ folder: Folder, progress: @Sendable (Int) -> Void) async throws -> Outcome {
        let meters = MetersText(DelimitedText(folder.meters, named: "meters.csv"))
        let readings = ReadingsText(DelimitedText(folder.readings, named: "readings.csv"))
        let exchanges = ExchangesText(DelimitedText(folder.exchanges ?? [], named: "exchanges.csv"))
        let pilot = Evaluation.pilot(of: meters.rows)
        let store = try await MeterStore.inMemory()
        _ = try await store.register(pilot.registered)
        let logger = Logger(label: "evaluation", factory: { _ in SwiftLogNoOpLogHandler() })
        let judge = Judge(rules: rules, policy: AlertPolicy(station: "", host: "invalid", recipients: [:]))
        let terms = Pipeline.Terms(pilot: pilot, judge: judge, feedDelaySeconds: 3_600)
        let pipeline = Pipeline(store: store, terms: { terms }, logger: logger)
        var hours = HourByHour(pilot: pilot, store: store, pipeline: pipeline, exchanges: exchanges.rows)
        try await hours.run(readings.rows, progress: progress)
        let exchangeRejections = folder.exchanges == nil ? [] : exchanges.rejections
        return try await Evaluation.outcome(
            of: store,
            pilot,
            readings.rows,
            meters.rejections + exchangeRejections + readings.rejections + hours.rejections
        )
    }

    /// Each meter of the folder is its own service point, named as the folder names it.
    private static func pilot(of meters: [ImportedMeter]) -> Pilot {
        let installations = meters.map { row in
            Installation(
                point: row.point,
                meter: Meter(id: Meter.ID(row.point.id.rawValue), dial: row.dial),
                source: .feed(Meter.ID(row.point.id.rawValue))
            )
        }
        return Pilot(installations: installations, profiles: [])
    }

    private static func outcome(
        of store: MeterStore,
        _ pilot: Pilot,
        _ rows: [ImportedReading],
        _ rejections: [Rejection]
    ) async throws -> Outcome {
        let incidents = try await store.incidents().filter { $0.kind.isExchanged }
        let detections = incidents.compactMap { incident -> DetectionRow? in
            guard case .point(let point) = incident.subject else { return nil }
            return DetectionRow(
                meter: Meter.ID(point.rawValue),
                kind: incident.kind,
                detectedAt: incident.openedAt
            )
        }
        var billing: [BillingRow] = []
        if let first = rows.map(\.at).min(), let last = rows.map(\.at).max() {
            let days = MonthTotals.days(from: first, through: last)
            let ledger = Ledger(store: store, pilot: pilot)
            for point in pilot.installations.map(\.point.id).sorted() {
                for total in try await ledger.months(of: point, over: days) {
                    billing.append(BillingRow(meter: Meter.ID(point.rawValue), total: total))
                }
            }
        }
        return Outcome(
            readings: try await store.readingCount(),
            rejections: rejections,
            detections: DetectionRow.text(detections),
            detectionCounts: Dictionary(grouping: incidents, by: \.kind).mapValues(\.count),
            billing: BillingRow.text(billing),
            billingCounts: Dictionary(grouping: billing, by: \.total.quality).mapValues(\.count)
        )
    }
}

extension Finding.Kind {
    /// Whether `detections.csv` carries this kind.
    public var isExchanged: Bool {
        switch self {
        case .implausibleJump, .clockDrift, .pathDown, .waysDisagree, .crossedMeters, .waySilent: false
        default: true
        }
    }
}

/// The hours of a replay: what arrived in each is stored, then everything is judged once.
private struct HourByHour {
    let pilot: Pilot
    let store: MeterStore
    let pipeline: Pipeline
    let exchanges: [ImportedExchange]
    private(set) var rejections: [Rejection] = []

    init(pilot: Pilot, store: MeterStore, pipeline: Pipeline, exchanges: [ImportedExchange]) {
        self.pilot = pilot
        self.store = store
        self.pipeline = pipeline
        self.exchanges = exchanges.sorted { $0.at < $1.at }
    }

    mutating func run(_ rows: [ImportedReading], progress: @Sendable (Int) -> Void) async throws {
        let ordered = rows.sorted { ($0.receivedAt, $0.meter) < ($1.receivedAt, $1.meter) }
        guard let first = ordered.first?.receivedAt, let last = ordered.last?.receivedAt else { return }
        let points = pilot.installations.map(\.point.id)
        var hour = HourByHour.hour(after: first)
        var position = 0
        var announced = 0
        while hour <= HourByHour.hour(after: last) {
            var due: [ImportedReading] = []
            while position < ordered.count, ordered[position].receivedAt < hour {
                due.append(ordered[position])
                position += 1
            }
            while announced < exchanges.count, exchanges[announced].at < hour {
                try await announce(exchanges[announced], at: hour)
                announced += 1
            }
            try await keep(due, at: hour)
            try await pipeline.think(about: points, at: hour)
            if hour.secondsSince1970 / 3_600 % 240 == 0 {
                progress(Int((hour - first) * 100 / max(1, last - first)))
            }
            hour = hour + 3_600
        }
    }

    private static func hour(after instant: Instant) -> Instant {
        Instant(secondsSince1970: (instant.secondsSince1970 / 3_600 + 1) * 3_600)
    }

    private mutating func keep(_ rows: [ImportedReading], at hour: Instant) async throws {
        var readings: [Reading] = []
        var text: [UInt8] = []
        for row in rows {
            guard let index = row.index else { continue }
            let point = ServicePoint.ID(row.meter.rawValue)
            guard pilot.installation(at: point) != nil, row.at <= row.receivedAt + 300 else {
                rejections.append(
                    Rejection(
                        place: "readings.csv:\(row.line)",
                        field: "meter_id, timestamp",
                        expected: "a meter of meters.csv, read before it was received",
                        found: row.text
                    )
                )
                continue
            }
            readings.append(Reading(point: point, at: row.at, index: index))
            text += row.text.utf8 + [10]
        }
        guard !readings.isEmpty else { return }
        let capture = Capture(
            path: Path.ID("evaluation"),
            source: "readings.csv",
            key: "\(hour)",
            times: CaptureTimes(asked: hour, answered: hour),
            bytes: text
        )
        _ = try await store.store([Arrival(capture: capture, readings: readings)], at: hour)
    }

    private mutating func announce(_ row: ImportedExchange, at hour: Instant) async throws {
        let point = ServicePoint.ID(row.meter.rawValue)
        guard pilot.installation(at: point) != nil else {
            rejections.append(
                Rejection(
                    place: "exchanges.csv:\(row.line)",
                    field: "meter_id",
                    expected: "a meter of meters.csv",
                    found: row.meter.rawValue
                )
            )
            return
        }
        let exchange = MeterExchange(
            point: point,
            at: row.at,
            closing: row.closing,
            opening: row.opening,
            newMeter: row.newMeter
        )
        try await store.record(exchange, by: "evaluation", at: hour)
    }
}
