public import Metering

/// A feed to pull: where it is, how often, how far back.
public struct FeedSettings: Hashable, Sendable {
    public let id: Path.ID
    /// The part of the address before `/v1/water/readings`.
    public let baseURL: String
    public let pullInterval: Duration
    /// How far behind the watermark each pull begins again, since late and corrected values are delivered late.
    public let overlapSeconds: Int64
    public let requestTimeout: Duration
    /// The most bytes that one page may have.
    public let bodyLimit: Int
    /// What proves who we are; nil where the line is closed.
    public let bearerToken: String?

    public init(
        id: Path.ID,
        baseURL: String,
        pullInterval: Duration = .seconds(3_600),
        overlapSeconds: Int64 = 72 * 3_600,
        requestTimeout: Duration = .seconds(30),
        bodyLimit: Int = 16 * 1_024 * 1_024,
        bearerToken: String? = nil
    ) {
        self.id = id
        self.baseURL = baseURL
        self.pullInterval = pullInterval
        self.overlapSeconds = overlapSeconds
        self.requestTimeout = requestTimeout
        self.bodyLimit = bodyLimit
        self.bearerToken = bearerToken
    }
}

/// One page as it came.
public struct FeedDelivery: Sendable {
    public let path: Path.ID
    public let asked: Instant
    public let answered: Instant
    public let body: [UInt8]

    public init(path: Path.ID, asked: Instant, answered: Instant, body: [UInt8]) {
        self.path = path
        self.asked = asked
        self.answered = answered
        self.body = body
    }
}

/// Why the feed gave nothing.
public struct FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    public let message: String

    public enum Code: Hashable, Sendable {
        case unreachable
        /// The server said when to come again, in seconds.
        case notNow(retryAfterSeconds: Int64)
        /// The cursor is too old; the pull begins again at the watermark.
        case cursorExpired
        /// Any other answer than 200.
        case refused(status: Int)
        /// A page beyond the limit.
        case tooLarge
    }

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
