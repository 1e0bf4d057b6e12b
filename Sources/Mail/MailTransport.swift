/// A way by which mails leave the house.
public protocol MailTransport: Sendable {
    /// Hands one message over.
    ///
    /// - Returns: the server's last answer, `250 2.0.0 queued as 4F1`, and the recipients that it refused while it
    ///   took others, if any.
    /// - Throws: when nobody will get the message by this attempt. After `.unreachable` the server may have taken it
    ///   all the same (its answer was lost); a second attempt then carries the same Message-ID.
    func deliver(_ message: OutgoingMessage) async throws(MailError) -> String
}

/// Why a mail was not handed over.
public struct MailError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    public let message: String
    /// The server's three digits, 400...599; nil when no answer decided it.
    public let smtpCode: Int?

    public init(_ code: Code, _ message: String, smtpCode: Int? = nil) {
        self.code = code
        self.message = message
        self.smtpCode = smtpCode
    }

    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The server said 4xx: the same message may pass later.
        case temporary
        /// The server said 5xx to the message, or it cannot be sent at all: a further attempt changes nothing.
        case permanent
        /// No connection, no trust, no login, or no answer: nothing was said about this message.
        case unreachable
        /// The server said 5xx to every recipient.
        case refusedRecipient
    }

    /// Whether the same bytes may pass at another time.
    public var isWorthRetrying: Bool {
        code == .temporary || code == .unreachable
    }

    public var description: String {
        "\(code.rawValue): \(message)"
    }
}
