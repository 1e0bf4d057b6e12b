public import Metering

/// Something that was not taken, with its reason, until a person settles it.
public struct QuarantinedRecord: Hashable, Sendable {
    /// By which a person settles it.
    public let number: Int64
    public let path: Path.ID
    /// The record's own key on its path.
    public let record: String
    public let rejection: Rejection
    public let storedAt: Instant
    public let lastSeenAt: Instant
    /// How often the path delivered it.
    public let seenCount: Int

    public init(
        number: Int64,
        path: Path.ID,
        record: String,
        rejection: Rejection,
        storedAt: Instant,
        lastSeenAt: Instant,
        seenCount: Int
    ) {
        self.number = number
        self.path = path
        self.record = record
        self.rejection = rejection
        self.storedAt = storedAt
        self.lastSeenAt = lastSeenAt
        self.seenCount = seenCount
    }
}
