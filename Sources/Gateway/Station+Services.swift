public import Acquisition
import Logging
import Metering
import ServiceLifecycle

/// What runs on site, by the machine's own time; the console comes last and is not ours.
extension Station {
    /// The parts that the present configuration asks for.
    ///
    /// - Parameters:
    ///   - switchboard: told of each line that is opened.
    ///   - recorder: keeps raw frames; nil for nobody.
    /// - Returns: parts with names, so that a reload keeps those that have not changed.
    public func parts(switchboard: Switchboard, recorder: FlightRecorder?) -> [Supervision.Part] {
        let settings = configuration.settings
        let now: @Sendable () -> Instant = { SystemLineClock().now().instant }
        var parts = settings.lines.filter { !live.roster(of: $0.id).units.isEmpty }.map { line in
            Supervision.Part(key: "line \(line.id)", basis: line) {
                LiveLine(station: self, line: line, switchboard: switchboard, recorder: recorder)
            }
        }
        if let feed = settings.feed {
            parts.append(
                Supervision.Part(key: "feed \(feed.id)", basis: feed) {
                    orNothing(pulling(clock: ContinuousClock(), now: now))
                }
            )
        }
        parts += settings.folders.map { folder in
            Supervision.Part(key: "files \(folder.id)", basis: folder) {
                watching(of: folder, clock: ContinuousClock(), now: now)
            }
        }
        parts.append(
            Supervision.Part(key: "upkeep", basis: settings.retention) {
                StoreUpkeep(
                    store,
                    retain: nightlyRetention,
                    clock: ContinuousClock(),
                    now: now,
                    logger: logger
                )
            }
        )
        if let mail = settings.mail {
            parts.append(
                Supervision.Part(key: "mail", basis: mail) {
                    orNothing(outbox(clock: ContinuousClock(), now: now))
                }
            )
        }
        return parts
    }

    /// Nil where the gateway lets nothing go by itself.
    private var nightlyRetention: (@Sendable (Instant) async throws -> Int)? {
        guard configuration.settings.retention.isNightly else { return nil }
        return { [live, store] now in
            let configuration = live.current
            return try await Retaining(
                configuration.settings.retention,
                pilot: configuration.pilot,
                store: store
            ).apply(by: "gateway", reason: "nightly", at: now).total
        }
    }

    /// A part whose settings went away between two looks does nothing.
    private func orNothing(_ service: (any Service)?) -> any Service {
        service ?? Nothing()
    }
}

/// One line in operation: its owner, its queue, its polling.
private struct LiveLine: Service {
    let station: Station
    let line: LineSettings
    let switchboard: Switchboard
    let recorder: FlightRecorder?

    func run() async throws {
        let system = SystemLineClock()
        let owner = ModbusLine(line, clock: system, logger: station.logger) { event in
            station.counts.note(event)
            recorder?.note(event)
        }
        let queue = LineQueue(owner)
        switchboard.connect(queue, as: line.id)
        defer { switchboard.disconnect(line.id, queue) }
        let polling = station.polling(
            of: line,
            over: queue,
            clock: ContinuousClock(),
            now: { system.now() },
            observe: { recorder?.note($0) }
        )
        try await polling.run()
    }
}

/// Ends at once.
private struct Nothing: Service {
    func run() async throws {}
}
