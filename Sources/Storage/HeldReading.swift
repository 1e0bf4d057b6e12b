public import Metering

/// A reading that came under another unit's number than the registered one: kept apart until a person says whose it is.
public struct HeldReading: Hashable, Sendable {
    /// The number that the unit bore.
    public let serial: String
    /// As it would be if the meter hung where the unit's address says, by the offset of then.
    public let reading: Reading

    public init(serial: String, reading: Reading) {
        self.serial = serial
        self.reading = reading
    }
}

/// What is held at one point: since when, how many, under whose number.
public struct HeldSummary: Hashable, Sendable {
    public let serial: String
    public let since: Instant
    public let count: Int
}
