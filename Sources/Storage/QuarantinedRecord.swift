public import Metering

/// Something that was not taken, with its reason, until a person decides on it.
public struct QuarantinedRecord: Hashable, Sendable {
    /// By which a person names it.
    public let number: Int64
    public let path: Path.ID
    /// The record's own key on its path.
    public let record: String
    public let rejection: Rejection
    public let storedAt: Instant
    public let lastSeenAt: Instant
    /// How often the path delivered it.
    public let seenCount: Int
    public let state: State

    /// What a person decided.
    public enum State: String, Hashable, Sendable {
        case waiting
        /// Taken after all.
        case released
        /// Put away for good; what it says is not used.
        case dropped
    }

    public init(
        number: Int64,
        path: Path.ID,
        record: String,
        rejection: Rejection,
        storedAt: Instant,
        lastSeenAt: Instant,
        seenCount: Int,
        state: State = .waiting
    ) {
        self.number = number
        self.path = path
        self.record = record
        self.rejection = rejection
        self.storedAt = storedAt
        self.lastSeenAt = lastSeenAt
        self.seenCount = seenCount
        self.state = state
    }
}

/// A quarantined record with what is kept of it.
public struct QuarantinedEvidence: Hashable, Sendable {
    public let entry: QuarantinedRecord
    /// The capture in which it stands; nil where nothing of its record was stored.
    public let capture: Capture?
    /// The record's own bytes, where no capture keeps them.
    public let bytes: [UInt8]?
}
