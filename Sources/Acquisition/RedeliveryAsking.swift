internal import Logging
internal import Metering
internal import ServiceLifecycle

/// Asks a feed for the days that it owes, once a pull; what goes wrong is counted and never ends anything.
struct RedeliveryAsking: Sendable {
    /// The most requests after one pull, so that a long silence does not become a storm.
    static let mostRequests = 100

    let client: FeedClient
    let keeping: FeedKeeping
    let logger: Logger

    /// Each request is remembered before it goes out, so that a crash or a restart asks nothing twice.
    func ask() async {
        do {
            for request in try await keeping.owed().prefix(RedeliveryAsking.mostRequests) {
                if Task.isEnding { return }
                try await keeping.noteAsked(request)
                guard try await isTaken(request) else { return }
            }
        } catch {
            logger.error(
                "Missing days could not be asked for",
                metadata: ["path.id": "\(client.settings.id)", "error": "\(error)"]
            )
        }
    }

    /// - Returns: whether it makes sense to go on: a server that takes none would take no other either.
    private func isTaken(_ request: RedeliveryRequest) async throws -> Bool {
        let client = client
        let failure: FeedError? = await cancelWhenGracefulShutdown {
            do throws(FeedError) {
                try await client.askAgain(for: request)
                return nil
            } catch {
                return error
            }
        }
        guard let failure else {
            logger.info("Missing days were asked for", metadata: metadata(request))
            return true
        }
        try await keeping.noteFailure(request, failure.message)
        logger.warning(
            "A request for missing days was not taken",
            metadata: metadata(request).merging(["error": "\(failure)"], uniquingKeysWith: { $1 })
        )
        return failure.isAboutThisRequestAlone
    }

    private func metadata(_ request: RedeliveryRequest) -> Logger.Metadata {
        [
            "path.id": "\(client.settings.id)", "meter.id": "\(request.meter)",
            "days": "\(request.days.lowerBound)...\(request.days.upperBound)",
        ]
    }
}

extension FeedError {
    /// Whether another request may still be taken: 400, 404, 409 and 422 are about a meter or a day.
    fileprivate var isAboutThisRequestAlone: Bool {
        guard case .refused(let status) = code else { return false }
        return [400, 404, 409, 422].contains(status)
    }
}
