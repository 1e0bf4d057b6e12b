public import Decoding
public import Metering

/// What became of one file.
public enum FileVerdict: Hashable, Sendable {
    case taken(stored: Int, badRows: Int)
    /// Nothing of it was stored.
    case refused(FileRefusal)
}

/// How one look at a folder went; the failure is nil when everything that was ready was dealt with.
public struct LookReport: Hashable, Sendable {
    public let path: Path.ID
    public let endedAt: Instant
    public let taken: Int
    public let refused: Int
    public let failure: String?
    /// The first look of its hour, when silence is to be judged too.
    public let beginsHour: Bool
}
