public import Acquisition
import Alerting
public import Logging
public import Mail
public import Metering
public import ServiceLifecycle
public import Storage

/// One gateway: its configuration, its memory, its pipeline, and the services that keep it going.
///
/// Time and the ends of the lines are handed in, so that the same station runs on site and in simulation.
public struct Station: Sendable {
    public let configuration: Configuration
    public let store: MeterStore
    public let pipeline: Pipeline
    private let watch: PathWatch
    private let logger: Logger

    /// Registers the pilot's points in the store and judges whatever a crash left unjudged.
    ///
    /// - Parameters:
    ///   - configuration: what the files say.
    ///   - store: opened as the collector.
    ///   - now: the present instant.
    ///   - logger: for everything that the station has to say.
    /// - Throws: `StoreError` when the store can't be read or written.
    public init(
        configuration: Configuration,
        store: MeterStore,
        now: Instant,
        logger: Logger
    ) async throws {
        let policy = configuration.alertPolicy
        self.configuration = configuration
        self.store = store
        self.logger = logger
        pipeline = Pipeline(
            pilot: configuration.pilot,
            store: store,
            judge: Judge(rules: configuration.rules, policy: policy),
            feedDelaySeconds: Int64(configuration.settings.feedDelayHours) * 3_600,
            logger: logger
        )
        watch = PathWatch(store: store, desk: IncidentDesk(policy: policy))
        let stale = try await store.register(configuration.pilot.registered)
        for point in stale {
            logger.warning(
                "The register still names a meter that was exchanged",
                metadata: ["point.id": "\(point)"]
            )
        }
        try await pipeline.think(at: now)
    }

    /// The polling of one line.
    ///
    /// - Parameters:
    ///   - line: one of the configuration's.
    ///   - bus: the line itself.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    /// - Returns: a service that polls for ever.
    public func polling(
        of line: LineSettings,
        over bus: any RegisterBus,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment
    ) -> LinePolling {
        let units = configuration.pilot.units(on: line.id)
            .map { PolledUnit(unit: $0.unit, model: $0.model, channels: $0.channels) }
        let points = configuration.pilot.points(on: line.id)
        return LinePolling(
            path: line.id,
            bus: bus,
            units: units,
            interval: .seconds(configuration.settings.pollSeconds),
            clock: clock,
            now: now,
            deliver: { [pipeline] answer in try await pipeline.take(answer, at: now().instant) },
            roundEnded: { [pipeline, watch] report in
                try await pipeline.think(about: points, at: report.endedAt)
                try await watch.note(
                    report.path,
                    failure: report.lineFailure?.description,
                    at: report.endedAt
                )
            },
            logger: logger
        )
    }

    /// The pulling of the feed; nil where none is configured.
    public func pulling(
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant
    ) -> FeedPulling? {
        guard let feed = configuration.settings.feed else { return nil }
        let points = configuration.pilot.feedPoints
        return FeedPulling(
            feed,
            clock: clock,
            now: now,
            watermark: { [store] in try await store.watermark(of: feed.id) },
            deliver: { [pipeline] page in try await pipeline.take(page, at: now()) },
            pullEnded: { [pipeline, watch] report in
                try await pipeline.think(about: points, at: report.endedAt)
                try await watch.note(report.path, failure: report.failure, at: report.endedAt)
            },
            logger: logger
        )
    }

    /// The outbox; nil where no mail is configured.
    public func outbox(
        over transport: (any MailTransport)? = nil,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant
    ) -> Outbox? {
        guard let mail = configuration.settings.mail, let templates = configuration.templates else {
            return nil
        }
        return Outbox(
            store: store,
            composer: MessageComposer(templates: templates, sender: mail.sender),
            transport: transport ?? SMTPTransport(mail.server),
            interval: .seconds(mail.outboxSeconds),
            clock: clock,
            now: now,
            logger: logger
        )
    }

    /// Everything that runs on site, by the machine's own time; the console comes last and is not ours.
    public func liveServices() -> [any Service] {
        let system = SystemLineClock()
        let now: @Sendable () -> Instant = { system.now().instant }
        var services: [any Service] = configuration.settings.lines.compactMap { line in
            guard !configuration.pilot.units(on: line.id).isEmpty else { return nil }
            let bus = ModbusLine(line, clock: system, logger: logger)
            return polling(of: line, over: bus, clock: ContinuousClock(), now: { system.now() })
        }
        if let pulling = pulling(clock: ContinuousClock(), now: now) { services.append(pulling) }
        if let outbox = outbox(clock: ContinuousClock(), now: now) { services.append(outbox) }
        return services
    }
}

extension Configuration {
    var alertPolicy: AlertPolicy {
        AlertPolicy(
            station: settings.station,
            host: "mizumori.\(settings.mail?.sender.address.domain ?? "invalid")",
            recipients: settings.mail?.recipients ?? [:]
        )
    }
}

extension Pilot {
    var registered: [RegisteredPoint] {
        installations.map { RegisteredPoint(point: $0.point, meter: $0.meter) }
    }
}

extension MailAddress {
    /// The part behind the at sign.
    fileprivate var domain: String {
        description.split(separator: "@").last.map(String.init) ?? description
    }
}

extension MeterStore {
    /// Takes the pilot's points over, for a command that runs without a station.
    public func registerPilot(of configuration: Configuration) async throws(StoreError) {
        try await register(configuration.pilot.registered)
    }
}
