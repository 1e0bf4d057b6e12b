public import Acquisition
public import Alerting
import Decoding
import Logging
import Mail
import Metering
import Reporting
import Storage
import Synchronization

/// Lets a recording of raw frames go its way once more: decode, store, detection, mail, by the time it tells itself.
///
/// A field incident becomes a test: the same recording under the same files gives the same result, byte for byte.
public struct Replay: Sendable {
    private let configuration: Configuration
    private let entries: [(path: Path.ID, entry: Recording.Entry)]

    /// What came of it.
    public struct Outcome: Sendable {
        public let exchanges: Int
        public let rounds: Int
        public let readings: Int
        public let incidents: [Incident]
        /// The text of `readings.csv`, by service point.
        public let readingsText: String
        /// The text of `detections.csv`.
        public let detectionsText: String
        /// Messages as they would have gone out, by their Message-IDs.
        public let mails: [(id: String, bytes: [UInt8])]
        /// Tells two outcomes apart.
        public let fingerprint: String
    }

    /// - Parameters:
    ///   - configuration: who hangs where, by which rules.
    ///   - recordings: of any lines, in any order.
    public init(_ configuration: Configuration, _ recordings: [Recording]) {
        self.configuration = configuration
        entries = recordings.flatMap { recording in recording.entries.map { (recording.path, $0) } }
            .enumerated()
            .sorted { ($0.element.1.at, $0.offset) < ($1.element.1.at, $1.offset) }
            .map { (path: $0.element.0, entry: $0.element.1) }
    }

    /// Runs the whole recording.
    ///
    /// - Throws: `StoreError` when the store in memory fails.
    public func run() async throws -> Outcome {
        let logger = Logger(label: "replay", factory: { _ in SwiftLogNoOpLogHandler() })
        let store = try await MeterStore.inMemory()
        let clock = ReplayClock(entries.first?.entry.at.instant ?? Instant(secondsSince1970: 0))
        let station = try await Station(
            configuration: configuration,
            store: store,
            now: clock.now,
            logger: logger
        )
        let letterBox = LetterBox()
        let outbox = station.outbox(over: letterBox, clock: ContinuousClock(), now: { clock.now })
        var units: [UnitKey: UnitReplay] = [:]
        var (exchanges, rounds) = (0, 0)
        for (path, entry) in entries {
            clock.move(to: entry.at.instant)
            switch entry {
            case .event(let event):
                guard event.kind == .answered else { continue }
                exchanges += 1
                let key = UnitKey(path: path, unit: event.unit)
                if units[key] == nil { units[key] = unit(key) }
                guard let answer = units[key]?.take(event) else { continue }
                _ = try await station.pipeline.take(answer, at: clock.now)
            case .round:
                rounds += 1
                try await station.pipeline.think(about: configuration.pilot.points(on: path), at: clock.now)
                await outbox?.sendDue()
            }
        }
        return try await outcome(station, letterBox, exchanges, rounds)
    }

    private struct UnitKey: Hashable {
        let path: Path.ID
        let unit: UInt8
    }

    private func unit(_ key: UnitKey) -> UnitReplay? {
        let units = configuration.pilot.polledUnits(
            on: key.path,
            usualSeconds: configuration.settings.pollSeconds
        )
        return units.first { $0.unit == key.unit }.map { UnitReplay($0, on: key.path) }
    }

    private func outcome(
        _ station: Station,
        _ letterBox: LetterBox,
        _ exchanges: Int,
        _ rounds: Int
    ) async throws -> Outcome {
        var rows: [ReadingRow] = []
        for point in configuration.pilot.installations.map(\.point.id).sorted() {
            let all = Instant(secondsSince1970: 0)..<Instant(secondsSince1970: 1 << 40)
            rows += try await station.store.readings(of: point, in: all).map {
                ReadingRow(meter: Meter.ID(point.rawValue), at: $0.at, index: $0.index)
            }
        }
        let incidents = try await station.store.incidents()
        let detections = incidents.compactMap { incident -> DetectionRow? in
            guard case .point(let point) = incident.subject else { return nil }
            return DetectionRow(
                meter: Meter.ID(point.rawValue),
                kind: incident.kind,
                detectedAt: incident.openedAt
            )
        }
        let readingsText = ReadingRow.text(rows)
        let detectionsText = DetectionRow.text(detections)
        let mails = letterBox.mails
        let all = Array(readingsText.utf8) + Array(detectionsText.utf8) + mails.flatMap(\.bytes)
        return Outcome(
            exchanges: exchanges,
            rounds: rounds,
            readings: rows.count,
            incidents: incidents,
            readingsText: readingsText,
            detectionsText: detectionsText,
            mails: mails,
            fingerprint: Fingerprint(of: all).description
        )
    }
}

/// What is known of one unit in a replay.
private struct UnitReplay {
    private let path: Path.ID
    private let unit: PolledUnit
    private let decoder: MeterDecoder
    private let wanted: Set<String>
    private var image = RegisterImage()
    private var pending: [Exchange] = []

    init(_ unit: PolledUnit, on path: Path.ID) {
        self.path = path
        self.unit = unit
        decoder = MeterDecoder(profile: unit.model)
        wanted = RequestPlanner(profile: unit.model).names(for: .index, unit.channels)
    }

    /// - Returns: an answer once everything that the index needs has come since the last one.
    mutating func take(_ event: LineEvent) -> UnitAnswer? {
        guard let exchange = Exchange(event) else { return nil }
        guard (try? image.record(exchange.read, data: exchange.data)) != nil else { return nil }
        let fields = wanted.compactMap { unit.model.fields[$0] }
        let isOfIndex = fields.contains {
            $0.function == exchange.read.function && $0.addresses.overlaps(exchange.read.addresses)
        }
        guard isOfIndex else { return nil }
        pending.append(exchange)
        let isWhole = fields.allSatisfy { field in
            pending.contains {
                $0.read.function == field.function && $0.read.addresses.contains(field.addresses)
            }
        }
        guard isWhole else { return nil }
        defer { pending = [] }
        return UnitAnswer(
            path: path,
            unit: unit.unit,
            exchanges: pending,
            image: image,
            serial: decoder.serial(in: image)
        )
    }
}

/// The time that a recording tells.
private final class ReplayClock: Sendable {
    private let instant: Mutex<Instant>

    init(_ start: Instant) {
        instant = Mutex(start)
    }

    var now: Instant { instant.withLock { $0 } }

    func move(to moment: Instant) {
        instant.withLock { $0 = max($0, moment) }
    }
}

/// Keeps mails instead of sending them.
private final class LetterBox: MailTransport {
    private let kept = Mutex<[(id: String, bytes: [UInt8])]>([])

    var mails: [(id: String, bytes: [UInt8])] { kept.withLock { $0 } }

    func deliver(_ message: OutgoingMessage) async throws(MailError) -> String {
        kept.withLock { $0.append((message.messageID, message.bytes)) }
        return "250 kept"
    }
}
