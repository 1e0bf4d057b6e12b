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
        /// A page beyond the limit, packed or unpacked.
        case tooLarge
        /// The authorisation server gave no token.
        case noToken
        /// Our certificate, its key or the authorities can't be used.
        case badCertificate
    }

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
