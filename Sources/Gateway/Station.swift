public import Acquisition
import Alerting
public import Logging
public import Mail
public import Metering
import Normalisation
public import Storage

/// One gateway: its configuration, its memory, its pipeline, and the services that keep it going.
///
/// Time and the ends of the lines are handed in, so that the same station runs on site and in simulation.
public struct Station: Sendable {
    public let live: LiveConfiguration
    public let store: MeterStore
    public let pipeline: Pipeline
    /// How the questions on all lines went so far.
    public let counts = LineCounts()
    let logger: Logger

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
        let live = LiveConfiguration(try await Station.registered(configuration, store, logger))
        try await Station.note(configuration.pilot.terms, in: store, at: now, logger)
        self.live = live
        self.store = store
        self.logger = logger
        pipeline = Pipeline(store: store, terms: { live.current.terms }, logger: logger)
        try await pipeline.think(at: now)
    }

    /// The configuration of this moment.
    public var configuration: Configuration { live.current }

    /// Replaces the configuration; services ask for it anew with their next round.
    ///
    /// Under other terms all usage is derived anew with the next judgement.
    ///
    /// - Parameters:
    ///   - configuration: what the files say now.
    ///   - now: the present instant.
    /// - Throws: `StoreError` when the store can't be written; then everything stays as it was.
    public func reload(_ configuration: Configuration, at now: Instant) async throws {
        let registered = try await Station.registered(configuration, store, logger)
        let before = live.current
        // First the terms and then the marks, so that no marked point is judged by the old ones.
        live.replace(by: registered)
        do {
            try await Station.note(configuration.pilot.terms, in: store, at: now, logger)
        } catch {
            live.replace(by: before)
            throw error
        }
    }

    private static func note(
        _ terms: SeriesTerms,
        in store: MeterStore,
        at now: Instant,
        _ logger: Logger
    ) async throws {
        let isOther = try await store.judge(
            by: terms.index.key,
            formerly: IndexSettings.shipped.key,
            stage: Pipeline.stage,
            at: now
        )
        if isOther { logger.notice("All usage is derived anew under other terms") }
    }

    /// Adds what the store does not know, and takes over what it knows better.
    private static func registered(
        _ configuration: Configuration,
        _ store: MeterStore,
        _ logger: Logger
    ) async throws -> Configuration {
        for difference in try await store.register(configuration.pilot.registered) {
            logger.warning(
                "The register differs from pilot.yaml, and counts",
                metadata: [
                    "point.id": "\(difference.point)", "key": "\(difference.key.rawValue)",
                    "register": "\(difference.register)", "file": "\(difference.file)",
                ]
            )
        }
        return configuration.adopting(try await store.registeredPoints())
    }

    private var watch: PathWatch {
        PathWatch(store: store, desk: IncidentDesk(policy: configuration.alertPolicy))
    }

    /// The polling of one line.
    ///
    /// - Parameters:
    ///   - line: one of the configuration's.
    ///   - bus: the line itself.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - observe: told of every round that was judged.
    /// - Returns: a service that polls for ever.
    public func polling(
        of line: LineSettings,
        over bus: any RegisterBus,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Moment,
        observe: @escaping @Sendable (RoundReport) -> Void = { _ in }
    ) -> LinePolling {
        LinePolling(
            line,
            over: bus,
            roster: { [live] in live.roster(of: line.id) },
            clock: clock,
            now: now,
            deliver: { [pipeline] answer in try await pipeline.take(answer, at: now().instant) },
            roundEnded: { report in
                let points = configuration.pilot.points(on: line.id)
                try await pipeline.think(about: points, at: report.endedAt)
                try await watch.note(
                    report.path,
                    failure: report.lineFailure?.description,
                    at: report.endedAt
                )
                observe(report)
            },
            logger: logger
        )
    }

    /// What is done with the feed; nil where none is configured.
    ///
    /// - Parameters:
    ///   - duties: all of them on site; history at virtual speed pulls readings alone.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    /// - Returns: a service that pulls for ever.
    public func pulling(
        duties: Set<FeedDuty> = Set(FeedDuty.allCases),
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant
    ) -> FeedCollection? {
        guard let feed = configuration.settings.feed else { return nil }
        let redelivery = Redelivery(store: store, live: live)
        return FeedCollection(
            feed,
            duties: duties,
            keeping: FeedKeeping(
                watermark: { [store] path in try await store.watermark(of: path) },
                deliver: { [pipeline] page in try await pipeline.take(page, at: now()) },
                pullEnded: { report in try await pullEnded(report) },
                owed: { try await redelivery.owed(at: now()) },
                noteAsked: { try await redelivery.noteAsked($0, at: now()) },
                noteFailure: { try await redelivery.noteFailure($0, $1) }
            ),
            clock: clock,
            now: now,
            logger: logger
        )
    }

    /// The watching of one drop folder.
    ///
    /// - Parameters:
    ///   - folder: one of the configuration's.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    /// - Returns: a service that looks for ever.
    public func watching(
        of folder: FolderSettings,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant
    ) -> FolderWatching {
        let intake = FileIntake(store: store) { [live] in live.current.pilot }
        return FolderWatching(
            folder,
            clock: clock,
            now: now,
            deliver: { file in
                let outcome = try await intake.take(file, by: folder.layout, from: folder.id, at: now())
                return outcome.verdict
            },
            lookEnded: { report in
                if report.taken > 0 || report.beginsHour {
                    try await pipeline.think(about: configuration.pilot.feedPoints, at: report.endedAt)
                }
                try await watch.note(report.path, failure: report.failure, at: report.endedAt)
            },
            logger: logger
        )
    }

    private func pullEnded(_ report: PullReport) async throws {
        guard let feed = configuration.settings.feed else { return }
        switch report.resource {
        case .readings:
            try await pipeline.think(about: configuration.pilot.feedPoints, at: report.endedAt)
            try await watch.note(report.path, failure: report.failure, at: report.endedAt)
        case .alarms:
            try await watch.note(
                report.path,
                beside: feed.id,
                patience: feed.pullInterval,
                failure: report.failure,
                at: report.endedAt
            )
        }
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
}

extension IndexSettings {
    /// What tells these terms from others, whatever order their tables are in.
    var key: String {
        let flows = overloadLitresPerHour.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let ceilings = monthlyCeilingCubicMetres.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let numbers = [
            jitterLitres, jitterCounts, Int64(spikeReadings), spikeTimesJitter, spikeTimesUsage,
            pipeSlackSeconds,
            overloadHours, timesMonthlyCeiling, headHours, Int64(headConfirming), exchangeReachHours,
            removedMeterDays, removedMeterTimesJitter,
        ]
        return "index " + (numbers.map(String.init) + flows + ["m3"] + ceilings).joined(separator: " ")
    }
}

extension Configuration {
    /// What the pipeline works by.
    var terms: Pipeline.Terms {
        Pipeline.Terms(
            pilot: pilot,
            judge: Judge(rules: rules, policy: alertPolicy),
            feedDelaySeconds: Int64(settings.feedDelayHours) * 3_600
        )
    }

    var alertPolicy: AlertPolicy {
        AlertPolicy(
            station: settings.station,
            host: "mizumori.\(settings.mail?.sender.address.domain ?? "invalid")",
            recipients: settings.mail?.recipients ?? [:]
        )
    }
}

extension FileIntake.Outcome {
    /// What becomes of the file itself.
    fileprivate var verdict: FileVerdict {
        switch self {
        case .taken(let tally): .taken(stored: tally.readings.stored, badRows: tally.readings.quarantined)
        case .refused(let refusal): .refused(refusal)
        }
    }
}

extension MailAddress {
    /// The part behind the at sign.
    fileprivate var domain: String {
        description.split(separator: "@").last.map(String.init) ?? description
    }
}

extension MeterStore {
    /// Adds the pilot's points that are not known yet, for a command that runs without a station.
    ///
    /// - Returns: the configuration with what the register says.
    @discardableResult
    public func registerPilot(of configuration: Configuration) async throws(StoreError) -> Configuration {
        try await register(configuration.pilot.registered)
        return configuration.adopting(try await registeredPoints())
    }
}
