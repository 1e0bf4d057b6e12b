public import Metering

/// Whether a path answers, since when, and what was last said of it.
public struct PathState: Hashable, Sendable {
    public let path: Path.ID
    public let isUp: Bool
    public let since: Instant
    public let detail: String

    public init(path: Path.ID, isUp: Bool, since: Instant, detail: String) {
        self.path = path
        self.isUp = isUp
        self.since = since
        self.detail = detail
    }
}
