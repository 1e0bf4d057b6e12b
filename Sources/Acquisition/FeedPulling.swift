import Decoding
public import Logging
public import Metering
public import ServiceLifecycle

/// How one pull went; the error is nil when every page came.
public struct PullReport: Sendable {
    public let path: Path.ID
    public let resource: FeedResource
    public let endedAt: Instant
    public let failure: String?
}

/// Pulls one list of a feed for ever: once at the start, then on the grid of its interval.
///
/// Each pull begins at the watermark, the newest delivery that was kept, less the overlap, and goes on until a page
/// names no successor. The watermark moves in the transaction that keeps the page, so a page is never skipped.
public struct FeedPulling: Service {
    /// The most pages of one pull.
    private static let mostPages = 10_000
    /// How often one pull waits for a server that asked for patience.
    private static let mostWaits = 5
    /// How far back the first pull of all begins: older readings are quarantined anyway.
    private static let oldestSeconds: Int64 = 400 * 86_400

    private let client: FeedClient
    private let resource: FeedResource
    private let path: Path.ID
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let watermark: @Sendable () async throws -> Instant?
    private let deliver: @Sendable (FeedDelivery) async throws -> Void
    private let pullEnded: @Sendable (PullReport) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - client: open for as long as this runs.
    ///   - resource: which of the feed's lists.
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to `clock`.
    ///   - watermark: the newest delivery kept so far; nil before the first.
    ///   - deliver: keeps a page; returns when it is synced.
    ///   - pullEnded: told after every pull.
    ///   - logger: told of every change once.
    public init(
        _ client: FeedClient,
        of resource: FeedResource = .readings,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        watermark: @escaping @Sendable () async throws -> Instant?,
        deliver: @escaping @Sendable (FeedDelivery) async throws -> Void,
        pullEnded: @escaping @Sendable (PullReport) async throws -> Void,
        logger: Logger
    ) {
        self.client = client
        self.resource = resource
        path = client.settings.path(of: resource)
        self.clock = clock
        self.now = now
        self.watermark = watermark
        self.deliver = deliver
        self.pullEnded = pullEnded
        self.logger = logger
    }

    public func run() async throws {
        guard let interval = client.settings.interval(of: resource) else { return }
        let grid = Grid(interval: interval)
        let now = now
        var wasUp = true
        repeat {
            wasUp = await pullOnce(wasUp: wasUp)
        } while await grid.sleepUntilNext(on: clock, now: { Moment(now()) })
    }

    /// - Returns: whether the feed is up.
    private func pullOnce(wasUp: Bool) async -> Bool {
        var failure: String?
        do {
            try await pull()
            if !wasUp { logger.notice("Feed answers again", metadata: ["path.id": "\(path)"]) }
        } catch {
            if Task.isEnding { return wasUp }
            failure = "\(error)"
            if wasUp {
                logger.warning(
                    "Feed does not answer",
                    metadata: ["path.id": "\(path)", "error": "\(error)"]
                )
            }
        }
        do {
            try await pullEnded(PullReport(path: path, resource: resource, endedAt: now(), failure: failure))
        } catch {
            logger.error(
                "The pull could not be judged",
                metadata: ["path.id": "\(path)", "error": "\(error)"]
            )
        }
        return failure == nil
    }

    private func pull() async throws {
        let since =
            (try await watermark() ?? now() - FeedPulling.oldestSeconds) - client.settings.overlapSeconds
        var cursor: String?
        var waits = 0
        for _ in 0..<FeedPulling.mostPages {
            if Task.isEnding { throw CancellationError() }
            let asked = now()
            do throws(FeedError) {
                let body = try await page(since, cursor)
                try await keep(
                    FeedDelivery(
                        path: path,
                        resource: resource,
                        asked: asked,
                        answered: now(),
                        body: body
                    ),
                    &cursor
                )
                if cursor == nil { return }
            } catch {
                waits += 1
                try await wait(after: error, waits, &cursor)
            }
        }
        throw FeedError(.tooLarge, "more than \(FeedPulling.mostPages) pages in one pull")
    }

    /// Asks for a page; a shutdown does not wait for it.
    private func page(_ since: Instant, _ cursor: String?) async throws(FeedError) -> [UInt8] {
        let (client, resource) = (client, resource)
        let answer: Result<[UInt8], FeedError> = await cancelWhenGracefulShutdown {
            do throws(FeedError) {
                return .success(
                    try await client.page(of: resource, deliveredSince: since, cursor: cursor)
                )
            } catch {
                return .failure(error)
            }
        }
        return try answer.get()
    }

    private func keep(_ page: FeedDelivery, _ cursor: inout String?) async throws(FeedError) {
        do {
            try await deliver(page)
            let next = try FeedPage.nextCursor(in: page.body)
            guard next == nil || next != cursor else {
                throw FeedError(.cursorExpired, "a page that names itself")
            }
            cursor = next
        } catch let error as FeedError {
            throw error
        } catch {
            throw FeedError(.refused(status: 200), "a page could not be kept: \(error)")
        }
    }

    /// Waits as long as the server asked for, or starts over with a fresh cursor; any other failure ends the pull.
    private func wait(after error: FeedError, _ waits: Int, _ cursor: inout String?) async throws {
        guard waits <= FeedPulling.mostWaits else { throw error }
        switch error.code {
        case .notNow(let seconds): try await clock.sleepUnlessEnding(for: .seconds(seconds))
        case .cursorExpired where cursor != nil: cursor = nil
        default: throw error
        }
    }
}
