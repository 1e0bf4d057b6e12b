public import Hummingbird
public import Logging
public import Metering

/// The console: one page for people, JSON and metrics for machines, nothing that changes anything; and, where a secret is
/// set for it, the door at which deliveries are pushed (`PushDoor`).
///
/// `GET /` the page · `/health` · `/metrics` · `/api/v1/points` · `POST /feed/PATH` · `/console.css` and `/drop.svg` for the page.
/// Everything is inside the program; no file is served and no address but our own is named.
public struct WebConsole: Sendable {
    private let parts: ConsoleParts
    private let settings: ConsoleSettings
    private let push: PushDoor?
    private let logger: Logger
    private let whenListening: @Sendable () async -> Void

    /// - Parameters:
    ///   - parts: where the answers come from.
    ///   - settings: where to listen.
    ///   - push: by what a pushed delivery is believed, and the time that its stamps are compared with; nil for no such
    ///     door.
    ///   - logger: told once for each request that could not be answered.
    ///   - whenListening: called once the port is open.
    public init(
        _ parts: ConsoleParts,
        settings: ConsoleSettings,
        push: (settings: PushSettings, now: @Sendable () -> Instant)? = nil,
        logger: Logger = Logger(label: "mizumori.console"),
        whenListening: @escaping @Sendable () async -> Void = {}
    ) {
        self.parts = parts
        self.settings = settings
        self.push = push.map { PushDoor($0.settings, now: $0.now, take: parts.push) }
        self.logger = logger
        self.whenListening = whenListening
    }

    /// The web server; a `Service`, to be run last in its group.
    public var application: some ApplicationProtocol {
        Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                serverName: "mizumori"
            ),
            onServerRunning: { [whenListening] _ in await whenListening() },
            logger: logger
        )
    }

    private var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.middlewares.add(SecurityHeaders())
        router.middlewares.add(ProblemAnswers(logger: logger))
        router.get("/") { [parts] _, _ in
            Response(try OverviewPage(await parts.overview()).html(), "text/html; charset=utf-8")
        }
        router.get("/health") { [parts] _, _ in
            try JSONAnswer(body: HealthDocument(try await parts.health())).response()
        }
        router.get("/metrics") { [parts] _, _ in
            Response(
                PrometheusText(try await parts.counts()).text,
                "text/plain; version=0.0.4; charset=utf-8"
            )
        }
        router.get("/api/v1/points") { [parts] _, _ in
            try JSONAnswer(body: PointsDocument(try await parts.overview())).response()
        }
        if let push {
            router.post("/feed/**") { request, context in
                try await push.answer(request, path: context.parameters.getCatchAll().joined(separator: "/"))
            }
        }
        router.get("/console.css") { _, _ in
            Response(StyleSheet.text, "text/css; charset=utf-8", maxAge: 300)
        }
        router.get("/drop.svg") { _, _ in
            Response(Drop.svg, "image/svg+xml", maxAge: 86_400)
        }
        return router
    }
}
