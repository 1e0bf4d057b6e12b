public import Decoding
public import Metering

/// A folder into which somebody drops files of readings.
public struct FolderSettings: Hashable, Sendable {
    public let id: Path.ID
    public let folder: String
    public let layout: FeedLayout
    public let interval: Duration
    /// The end of the name of a second file that says that the first is complete; nil where a file is complete when
    /// nothing about it changed between two looks.
    public let companion: String?
    /// The most bytes that one file may have.
    public let mostBytes: Int
    /// Where files are fetched from before each look; nil where they come by themselves.
    public let remote: SFTPSettings?

    public init(
        id: Path.ID,
        folder: String,
        layout: FeedLayout,
        interval: Duration = .seconds(60),
        companion: String? = nil,
        mostBytes: Int = 64_000_000,
        remote: SFTPSettings? = nil
    ) {
        self.id = id
        self.folder = folder
        self.layout = layout
        self.interval = interval
        self.companion = companion
        self.mostBytes = mostBytes
        self.remote = remote
    }

    /// The ends of names of files that only stand beside others.
    var companions: [String] {
        (layout.hasChecksum ? [".sha256"] : []) + (companion.map { [$0] } ?? [])
    }
}

/// A folder on another machine, reached by SFTP.
public struct SFTPSettings: Hashable, Sendable, CustomStringConvertible {
    /// The folder there: `sftp://host:22/folder/`.
    public let url: String
    public let user: String
    /// A private key; with a password beside it, that opens the key.
    public let keyFile: String?
    public let password: String?
    /// The hosts that are believed (`known_hosts` of OpenSSH); any other host, and a changed one, is refused.
    public let knownHosts: String
    public let timeoutSeconds: Int

    public init(
        url: String,
        user: String,
        keyFile: String? = nil,
        password: String? = nil,
        knownHosts: String,
        timeoutSeconds: Int = 60
    ) {
        self.url = url
        self.user = user
        self.keyFile = keyFile
        self.password = password
        self.knownHosts = knownHosts
        self.timeoutSeconds = timeoutSeconds
    }

    /// Without the password, so that no log can show it.
    public var description: String { "\(user) at \(url)" }
}

extension SFTPSettings: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["url": url, "user": user]) }
}
