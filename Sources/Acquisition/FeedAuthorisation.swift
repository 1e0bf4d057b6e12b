/// What proves to the feed who we are, besides a certificate.
public enum FeedAuthorisation: Hashable, Sendable {
    /// Nothing: the line is closed, or the certificate is enough.
    case none
    /// A bearer token that somebody gave us.
    case token(Secret)
    /// A token that an authorisation server gives us, again and again.
    case clientCredentials(ClientCredentials)
}

/// What an OAuth 2.0 server wants for a token (RFC 6749, section 4.4).
public struct ClientCredentials: Hashable, Sendable {
    /// The whole address of the token endpoint.
    public let tokenURL: String
    public let clientID: String
    public let secret: Secret
    /// Nil for what the server gives by itself.
    public let scope: String?

    public init(tokenURL: String, clientID: String, secret: Secret, scope: String? = nil) {
        self.tokenURL = tokenURL
        self.clientID = clientID
        self.secret = secret
        self.scope = scope
    }
}

/// A text that opens something.
///
/// However it is printed, dumped or put into a message, it shows nothing of itself.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let text: String

    public init(_ text: String) {
        self.text = text
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
