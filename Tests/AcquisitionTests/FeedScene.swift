import Acquisition
import Metering
import Synchronization

/// A feed that is pulled on a clock that jumps, with everything that happened written down.
final class FeedScene: Sendable {
    let clock: JumpingClock
    let script: FeedScript
    let log = HeardLog()
    private let kept = Mutex<[FeedDelivery]>([])
    private let told = Mutex<[PullReport]>([])
    private let tries = Mutex(0)
    private let notes = Mutex<[String]>([])

    init(
        _ answers: [FeedAnswer],
        grants: [FeedAnswer] = [],
        to end: String = "2026-11-23T10:30:00Z"
    ) throws {
        clock = try JumpingClock(from: "2026-11-23T09:17:42Z", to: end)
        script = try FeedScript(answers, grants: grants)
    }

    /// What was remembered of requests for missing days: `asked M1`, `failed M1: why`.
    var remembered: [String] { notes.withLock { $0 } }

    var pages: [FeedDelivery] { kept.withLock { $0 } }
    var reports: [PullReport] { told.withLock { $0 } }

    /// The number of records of each kept page.
    var records: [Int] {
        pages.map { page in String(decoding: page.body, as: UTF8.self).split(separator: "meter_id").count - 1
        }
    }

    func settings(
        bodyLimit: Int = 100_000,
        timeout: Duration = .seconds(30),
        authorisation: FeedAuthorisation = .none
    ) -> FeedSettings {
        FeedSettings(
            id: Path.ID("feed"),
            baseURL: script.baseURL + "/",
            requestTimeout: timeout,
            bodyLimit: bodyLimit,
            authorisation: authorisation
        )
    }

    /// Pulls until the clock ends it, the server running or not.
    ///
    /// - Parameters:
    ///   - settings: nil for those of the scene.
    ///   - watermark: where pulls begin; nil for a feed never pulled.
    ///   - isServed: false for a host that is not there.
    ///   - refusals: so many first pages cannot be stored.
    ///   - duties: what of the feed is done.
    ///   - owed: what is missing, at every look.
    /// - Throws: what the service throws.
    func pull(
        _ settings: FeedSettings? = nil,
        watermark: Instant? = Instant(iso8601: "2026-11-23T00:00:00Z"),
        isServed: Bool = true,
        refusals: Int = 0,
        duties: Set<FeedDuty> = [.readings],
        owed: [RedeliveryRequest] = []
    ) async throws {
        let pulling = FeedCollection(
            settings ?? self.settings(),
            duties: duties,
            keeping: FeedKeeping(
                watermark: { _ in watermark },
                deliver: { [self] page in try keep(page, refusals) },
                pullEnded: { [self] report in told.withLock { $0.append(report) } },
                owed: { owed },
                noteAsked: { [self] request in note("asked \(request.meter)") },
                noteFailure: { [self] request, reason in note("failed \(request.meter): \(reason)") }
            ),
            clock: clock,
            now: { [clock] in clock.moment.instant },
            logger: log.logger
        )
        if isServed {
            try await script.serve { try await pulling.run() }
        } else {
            try await pulling.run()
        }
    }

    private struct Full: Error {}

    private func note(_ text: String) {
        notes.withLock { $0.append(text) }
    }

    private func keep(_ page: FeedDelivery, _ refusals: Int) throws {
        let number = tries.withLock { tries in
            tries += 1
            return tries
        }
        if number <= refusals { throw Full() }
        kept.withLock { $0.append(page) }
    }
}
