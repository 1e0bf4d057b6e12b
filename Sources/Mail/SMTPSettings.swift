/// How the mail server is reached.
public struct SMTPSettings: Hashable, Sendable {
    public let host: String
    public let port: Int
    public let security: Security
    /// Name and password for the server; nil where it asks for none.
    public let login: Login?
    /// A file of trusted certificates (PEM) in place of the system's; nil for the system's.
    public let certificateFile: String?
    /// The name given in EHLO; nil for the machine's own.
    public let greeting: String?
    /// The longest wait for a connection, in whole milliseconds.
    public let connectMilliseconds: Int
    /// The longest time for one message, connection included, in whole milliseconds.
    public let totalMilliseconds: Int

    public init(
        host: String,
        port: Int,
        security: Security = .startTLS,
        login: Login? = nil,
        certificateFile: String? = nil,
        greeting: String? = nil,
        connectMilliseconds: Int = 10_000,
        totalMilliseconds: Int = 60_000
    ) {
        precondition((1...65_535).contains(port), "a port is 1...65535")
        precondition(connectMilliseconds > 0 && totalMilliseconds > 0, "a wait has to end")
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.certificateFile = certificateFile
        self.greeting = greeting
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }

    /// How the dialogue is kept secret.
    public enum Security: String, Hashable, Sendable, CaseIterable {
        /// Plain text: for a server on the same machine or a closed segment.
        case none
        /// STARTTLS where the server offers it; an attacker on the way can take the offer away.
        case startTLSIfOffered = "starttls_if_offered"
        /// STARTTLS or no mail.
        case startTLS = "starttls"
        /// TLS from the first byte (smtps, usually port 465).
        case tls
    }

    /// A user of the mail server.
    public struct Login: Hashable, Sendable, CustomStringConvertible {
        public let user: String
        public let password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        /// The user alone, so that no log can show the password.
        public var description: String { "Login(user: \(user))" }
    }
}

extension SMTPSettings.Login: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
