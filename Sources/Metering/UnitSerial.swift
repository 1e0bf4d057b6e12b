/// The number that a unit on a line bears in its own registers, and since when it is the one that hangs there.
public struct UnitSerial: Hashable, Sendable {
    public let path: Path.ID
    public let unit: UInt8
    public let serial: String
    public let since: Instant
    /// Whether a person said so; else it is the first one that answered.
    public let isConfirmed: Bool

    public init(path: Path.ID, unit: UInt8, serial: String, since: Instant, isConfirmed: Bool) {
        self.path = path
        self.unit = unit
        self.serial = serial
        self.since = since
        self.isConfirmed = isConfirmed
    }
}
