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
    /// How often in a row one pull waits for a server that asked for patience, or asks for a page again that broke off.
    private static let mostWaits = 5
    /// How often in a row one pull begins again because its cursor was lost, without coming any further.
    private static let mostRestarts = 5
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
            if !wasUp { logger.notice(resource.isBack, metadata: ["path.id": "\(path)"]) }
        } catch {
            if Task.isEnding { return wasUp }
            failure = "\(error)"
            if wasUp {
                logger.warning(
                    resource.isGone,
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
        let mark = try await watermark()
        let since = (mark ?? now() - FeedPulling.oldestSeconds) - client.settings.overlapSeconds
        var place = Place(mark: mark, since: since)
        for _ in 0..<FeedPulling.mostPages {
            if Task.isEnding { throw CancellationError() }
            let asked = now()
            do throws(FeedError) {
                let body = try await page(place.since, place.cursor)
                try await keep(
                    FeedDelivery(
                        path: path,
                        resource: resource,
                        asked: asked,
                        answered: now(),
                        body: body
                    ),
                    &place
                )
                if place.cursor == nil { return }
            } catch {
                try await wait(after: error, &place)
            }
        }
        throw FeedError(.tooLarge, "more than \(FeedPulling.mostPages) pages in one pull")
    }

    /// How far one pull is.
    private struct Place {
        /// The watermark when it began, or began again.
        var mark: Instant?
        var since: Instant
        /// Nil for the first page.
        var cursor: String?
        /// Since the last page that was kept.
        var waits = 0
        var restarts = 0
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

    private func keep(_ page: FeedDelivery, _ place: inout Place) async throws(FeedError) {
        do {
            try await deliver(page)
            let next = try FeedPage.nextCursor(in: page.body)
            guard next == nil || next != place.cursor else {
                throw FeedError(.cursorExpired, "a page that names itself")
            }
            place.cursor = next
            place.waits = 0
        } catch let error as FeedError {
            throw error
        } catch {
            throw FeedError(.refused(status: 200), "a page could not be kept: \(error)")
        }
    }

    /// Waits as long as the server asked for, begins again with a fresh cursor, or asks for a page again that broke off
    /// in the middle of a pull; any other failure ends the pull.
    ///
    /// A pull of a thousand pages must not begin anew for one that was lost: it would never come to its end.
    private func wait(after error: FeedError, _ place: inout Place) async throws {
        switch error.code {
        case .notNow(let seconds) where place.waits < FeedPulling.mostWaits:
            try await clock.sleepUnlessEnding(for: .seconds(seconds))
            place.waits += 1
        case .cursorExpired where place.cursor != nil && place.restarts < FeedPulling.mostRestarts:
            try await beginAgain(&place)
        case .unreachable where place.cursor != nil && place.waits < FeedPulling.mostWaits:
            try await clock.sleepUnlessEnding(for: .seconds(1 << Int64(place.waits)))
            place.waits += 1
        default: throw error
        }
    }

    /// Pages come in order of delivery, so what was kept in this pull need not be asked for again, the overlap neither.
    private func beginAgain(_ place: inout Place) async throws {
        place.cursor = nil
        place.restarts += 1
        guard let newest = try await watermark(), newest > place.mark ?? place.since else { return }
        (place.mark, place.since, place.restarts) = (newest, newest, 0)
    }
}

extension FeedResource {
    /// What the log says when pulls begin to fail.
    fileprivate var isGone: Logger.Message {
        switch self {
        case .readings: "Feed does not answer"
        case .alarms: "Feed gives no alarms"
        }
    }

    /// What the log says when they succeed again.
    fileprivate var isBack: Logger.Message {
        switch self {
        case .readings: "Feed answers again"
        case .alarms: "Feed gives alarms again"
        }
    }
}
