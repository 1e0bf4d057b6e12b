import Hummingbird
import Logging
public import ServiceLifecycle

/// A simulated feed as a web server on this machine.
///
/// It writes no log of its own, so that the gateway's stays readable.
public struct FeedServer: Service {
    let feed: SimulatedFeed
    let host: String
    let port: Int
    let ready: @Sendable (Int) async -> Void

    /// Serves until the task is cancelled or shut down.
    public func run() async throws {
        var logger = Logger(label: "mizumori.simulated-feed")
        logger.logLevel = .critical
        let application = Application(
            router: feed.router(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { await ready($0.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }
}
