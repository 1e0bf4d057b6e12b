public import Logging
public import Metering
public import ServiceLifecycle

/// What of a feed is done.
public enum FeedDuty: Hashable, Sendable, CaseIterable {
    case readings
    case alarms
    /// Days that did not come are asked for again.
    case redelivery
}

/// Who keeps what a feed brings, and knows what it owes.
public struct FeedKeeping: Sendable {
    let watermark: @Sendable (Path.ID) async throws -> Instant?
    let deliver: @Sendable (FeedDelivery) async throws -> Void
    let pullEnded: @Sendable (PullReport) async throws -> Void
    let owed: @Sendable () async throws -> [RedeliveryRequest]
    let noteAsked: @Sendable (RedeliveryRequest) async throws -> Void
    let noteFailure: @Sendable (RedeliveryRequest, String) async throws -> Void

    /// - Parameters:
    ///   - watermark: the newest delivery kept so far of a path; nil before the first.
    ///   - deliver: keeps a page; returns when it is synced.
    ///   - pullEnded: told after every pull.
    ///   - owed: the days to ask for now.
    ///   - noteAsked: told before a request goes out; returns when it is remembered.
    ///   - noteFailure: told why a request was not taken.
    public init(
        watermark: @escaping @Sendable (Path.ID) async throws -> Instant?,
        deliver: @escaping @Sendable (FeedDelivery) async throws -> Void,
        pullEnded: @escaping @Sendable (PullReport) async throws -> Void,
        owed: @escaping @Sendable () async throws -> [RedeliveryRequest] = { [] },
        noteAsked: @escaping @Sendable (RedeliveryRequest) async throws -> Void = { _ in },
        noteFailure: @escaping @Sendable (RedeliveryRequest, String) async throws -> Void = { _, _ in }
    ) {
        self.watermark = watermark
        self.deliver = deliver
        self.pullEnded = pullEnded
        self.owed = owed
        self.noteAsked = noteAsked
        self.noteFailure = noteFailure
    }
}

/// Everything that is done with one feed, over connections and a token that its parts share.
public struct FeedCollection: Service {
    private let settings: FeedSettings
    private let duties: Set<FeedDuty>
    private let keeping: FeedKeeping
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let logger: Logger

    /// - Parameters:
    ///   - settings: where, how often, and who we are to it.
    ///   - duties: what is done; alarms and re-delivery only where the settings have them.
    ///   - keeping: who keeps what comes.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - logger: told of every change once.
    public init(
        _ settings: FeedSettings,
        duties: Set<FeedDuty> = Set(FeedDuty.allCases),
        keeping: FeedKeeping,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        logger: Logger
    ) {
        self.settings = settings
        self.duties = duties
        self.keeping = keeping
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// Goes on until the task is cancelled or shut down.
    ///
    /// - Throws: `FeedError` when our certificate can't be used.
    public func run() async throws {
        try await FeedClient.whileOpen(settings, now: now) { client in
            let pullings = resources.map { pulling(of: $0, over: client) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pulling in pullings { group.addTask { try await pulling.run() } }
                try await group.waitForAll()
            }
        }
    }

    private var resources: [FeedResource] {
        let wanted: [(FeedDuty, FeedResource)] = [(.readings, .readings), (.alarms, .alarms)]
        return wanted.filter { duties.contains($0.0) }.map(\.1)
    }

    private func pulling(of resource: FeedResource, over client: FeedClient) -> FeedPulling {
        let asking = resource == .readings ? asking(client) : nil
        let (keeping, path) = (keeping, settings.path(of: resource))
        return FeedPulling(
            client,
            of: resource,
            clock: clock,
            now: now,
            watermark: { try await keeping.watermark(path) },
            deliver: keeping.deliver,
            pullEnded: { report in
                try await keeping.pullEnded(report)
                if report.failure == nil { await asking?.ask() }
            },
            logger: logger
        )
    }

    private func asking(_ client: FeedClient) -> RedeliveryAsking? {
        guard duties.contains(.redelivery), settings.redelivery != nil else { return nil }
        return RedeliveryAsking(client: client, keeping: keeping, logger: logger)
    }
}
