public import Alerting
public import Metering

/// A mail on its way: the intent, and how far it has come.
public struct OutboxMail: Hashable, Sendable {
    public let intent: MailIntent
    /// The rendered message, which every attempt sends unchanged; nil before the first.
    public let frozen: [UInt8]?
    public let attempts: Int
    public let nextAttemptAt: Instant
    public let state: State
    /// The last answer of the mail server.
    public let serverAnswer: String?

    public enum State: Hashable, Sendable {
        case waiting
        case sent(at: Instant)
        /// No further attempt is made; a person has to look.
        case givenUp
    }

    public init(
        intent: MailIntent,
        frozen: [UInt8]?,
        attempts: Int,
        nextAttemptAt: Instant,
        state: State,
        serverAnswer: String?
    ) {
        self.intent = intent
        self.frozen = frozen
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.state = state
        self.serverAnswer = serverAnswer
    }
}

/// How many mails stand where, for health.
public struct OutboxCounts: Hashable, Sendable {
    public var waiting = 0
    public var sent = 0
    public var givenUp = 0
    /// Waiting with at least one failed attempt.
    public var retrying = 0
    /// Since when the oldest one waits; nil when none does.
    public var waitingSince: Instant?

    public init(
        waiting: Int = 0,
        sent: Int = 0,
        givenUp: Int = 0,
        retrying: Int = 0,
        waitingSince: Instant? = nil
    ) {
        self.waiting = waiting
        self.sent = sent
        self.givenUp = givenUp
        self.retrying = retrying
        self.waitingSince = waitingSince
    }
}
