public import Acquisition
public import Alerting
public import Mail

/// What `config/gateway.yaml` and `config/mail.yaml` say; their keys are listed in `config/README.md`.
public struct GatewaySettings: Sendable {
    /// The name that pages and mails carry.
    public let station: String
    public let console: ConsoleAddress
    public let lines: [LineSettings]
    /// The grid of polls, in seconds.
    public let pollSeconds: Int
    /// How much the flight recorder of each line may keep, in millions of bytes; 0 for none.
    public let recorderMegabytes: Int
    /// Nil where nothing is pulled.
    public let feed: FeedSettings?
    /// How late the feed delivers when all is well, in hours.
    public let feedDelayHours: Int
    /// Folders into which files of readings are dropped.
    public let folders: [FolderSettings]
    /// Nil where nothing may be pushed.
    public let push: Push?
    /// Nil where no mail goes out.
    public let mail: MailSettings?
    /// For how long data is kept.
    public let retention: RetentionSettings

    public init(
        station: String,
        console: ConsoleAddress,
        lines: [LineSettings],
        pollSeconds: Int,
        recorderMegabytes: Int = 64,
        feed: FeedSettings?,
        feedDelayHours: Int,
        folders: [FolderSettings] = [],
        push: Push? = nil,
        mail: MailSettings?,
        retention: RetentionSettings = RetentionSettings()
    ) {
        self.retention = retention
        self.station = station
        self.console = console
        self.lines = lines
        self.pollSeconds = pollSeconds
        self.recorderMegabytes = recorderMegabytes
        self.feed = feed
        self.feedDelayHours = feedDelayHours
        self.folders = folders
        self.push = push
        self.mail = mail
    }

    /// By what pushed deliveries are believed.
    public struct Push: Hashable, Sendable, CustomStringConvertible {
        public let secret: String
        public let windowSeconds: Int64
        public let mostBytes: Int

        /// Without the secret.
        public var description: String { "push within \(windowSeconds) s" }
    }

    /// Where the console listens.
    public struct ConsoleAddress: Hashable, Sendable {
        public let host: String
        public let port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }
}

/// How mail goes out, and to whom.
public struct MailSettings: Hashable, Sendable {
    public let server: SMTPSettings
    public let sender: MailSender
    /// Addresses by severity.
    public let recipients: [Severity: [String]]
    /// How often the outbox is looked at, in seconds.
    public let outboxSeconds: Int

    public init(
        server: SMTPSettings,
        sender: MailSender,
        recipients: [Severity: [String]],
        outboxSeconds: Int
    ) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
        self.outboxSeconds = outboxSeconds
    }
}
