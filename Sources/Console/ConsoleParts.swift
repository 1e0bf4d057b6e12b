/// The live parts of the gateway, as the console reaches them.
///
/// Each is asked once a request and may take its time; what it throws becomes a page, or JSON, with status 503.
public struct ConsoleParts: Sendable {
    public let overview: @Sendable () async throws -> Overview
    public let health: @Sendable () async throws -> Health
    public let counts: @Sendable () async throws -> Counts

    /// Takes what was pushed; returns when it is synced.
    public let push: @Sendable (PushedDelivery) async throws -> PushOutcome

    public init(
        overview: @escaping @Sendable () async throws -> Overview,
        health: @escaping @Sendable () async throws -> Health,
        counts: @escaping @Sendable () async throws -> Counts,
        push: @escaping @Sendable (PushedDelivery) async throws -> PushOutcome = { _ in .unknownPath }
    ) {
        self.overview = overview
        self.health = health
        self.counts = counts
        self.push = push
    }
}

/// Where the console listens.
public struct ConsoleSettings: Hashable, Sendable {
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    public init(host: String = "127.0.0.1", port: Int = 8_080) {
        precondition((0...65_535).contains(port), "a port is 0...65535")
        self.host = host
        self.port = port
    }
}
