public import Metering

/// Whether the gateway does its work, for the machine that watches it.
public struct Health: Hashable, Sendable {
    public let paths: [PathHealth]
    public let outbox: OutboxHealth
    /// When data were last made durable; nil when never.
    public let lastCommit: Instant?
    public let readings: Int
    public let incidentsOpen: Int

    public init(
        paths: [PathHealth],
        outbox: OutboxHealth,
        lastCommit: Instant?,
        readings: Int,
        incidentsOpen: Int
    ) {
        self.paths = paths
        self.outbox = outbox
        self.lastCommit = lastCommit
        self.readings = readings
        self.incidentsOpen = incidentsOpen
    }

    /// A path is silent or a mail fails; the rest goes on.
    public var isDegraded: Bool {
        outbox.failing > 0 || paths.contains { $0.isUp == false }
    }
}

/// Whether one path answers.
public struct PathHealth: Hashable, Sendable {
    public let id: Path.ID
    /// Nil while it has not been asked yet.
    public let isUp: Bool?
    /// Since when it is as it is.
    public let since: Instant?
    /// The last error, in words; empty when there is none.
    public let detail: String

    public init(id: Path.ID, isUp: Bool?, since: Instant?, detail: String = "") {
        self.id = id
        self.isUp = isUp
        self.since = since
        self.detail = detail
    }
}

/// How many mails wait to go out.
public struct OutboxHealth: Hashable, Sendable {
    public let waiting: Int
    /// Those with at least one failed attempt, and those given up.
    public let failing: Int
    /// Nil when none waits.
    public let oldestAgeSeconds: Int64?

    public init(waiting: Int, failing: Int, oldestAgeSeconds: Int64?) {
        self.waiting = waiting
        self.failing = failing
        self.oldestAgeSeconds = oldestAgeSeconds
    }
}

/// What has been counted, for the time series of the machine that watches.
public struct Counts: Hashable, Sendable {
    public let readings: Int
    public let captures: Int
    public let quarantined: Int
    public let mailsWaiting: Int
    public let mailsFailing: Int
    public let incidentsOpen: Int
    public let lastCommit: Instant?
    public let paths: [PathHealth]
    /// How the questions to each unit of each line went since the start.
    public let units: [UnitHealth]

    public init(
        readings: Int,
        captures: Int,
        quarantined: Int,
        mailsWaiting: Int,
        mailsFailing: Int,
        incidentsOpen: Int,
        lastCommit: Instant?,
        paths: [PathHealth],
        units: [UnitHealth] = []
    ) {
        self.readings = readings
        self.captures = captures
        self.quarantined = quarantined
        self.mailsWaiting = mailsWaiting
        self.mailsFailing = mailsFailing
        self.incidentsOpen = incidentsOpen
        self.lastCommit = lastCommit
        self.paths = paths
        self.units = units
    }
}

/// How the questions to one unit went.
public struct UnitHealth: Hashable, Sendable {
    public let path: Path.ID
    public let unit: UInt8
    /// By the words of `ExchangeKind`: answered, silence, damaged, mismatch, exception_2, ...
    public let byKind: [String: Int]
    /// Pieces that answered nothing while it was asked.
    public let strays: Int
    public let lastTurnaroundMicroseconds: Int64?

    public init(
        path: Path.ID,
        unit: UInt8,
        byKind: [String: Int],
        strays: Int,
        lastTurnaroundMicroseconds: Int64?
    ) {
        self.path = path
        self.unit = unit
        self.byKind = byKind
        self.strays = strays
        self.lastTurnaroundMicroseconds = lastTurnaroundMicroseconds
    }
}
