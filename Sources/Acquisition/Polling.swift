public import Decoding
public import Metering

/// A unit of a line as it is polled: its model, and the channels behind which meters hang.
public struct PolledUnit: Hashable, Sendable {
    public let unit: UInt8
    public let model: MeterProfile
    public let channels: Set<Int>

    public init(unit: UInt8, model: MeterProfile, channels: Set<Int>) {
        self.unit = unit
        self.model = model
        self.channels = channels
    }
}

/// What one unit answered in one round.
public struct UnitAnswer: Sendable {
    public let path: Path.ID
    public let unit: UInt8
    /// The exchanges that brought the index, in their order; at least one.
    public let exchanges: [Exchange]
    /// Everything known of the unit, scale registers read earlier included.
    public let image: RegisterImage
    /// Whether this is the second look at an index that seemed wrong.
    public let isConfirmation: Bool

    public init(
        path: Path.ID,
        unit: UInt8,
        exchanges: [Exchange],
        image: RegisterImage,
        isConfirmation: Bool = false
    ) {
        self.path = path
        self.unit = unit
        self.exchanges = exchanges
        self.image = image
        self.isConfirmation = isConfirmation
    }
}

/// What became of a delivered answer.
public enum DeliveryVerdict: Hashable, Sendable {
    /// Stored and synced.
    case done
    /// Stored, but so unlikely that it should be read again at once.
    case confirm
}

/// How one round over a line went.
public struct RoundReport: Sendable {
    public let path: Path.ID
    public let endedAt: Instant
    public let answered: [UInt8]
    public let failed: [UInt8: BusError]

    public init(path: Path.ID, endedAt: Instant, answered: [UInt8], failed: [UInt8: BusError]) {
        self.path = path
        self.endedAt = endedAt
        self.answered = answered
        self.failed = failed
    }

    /// Why the line as a whole is down: nobody answered; nil when somebody did.
    public var lineFailure: BusError? {
        answered.isEmpty ? failed.sorted { $0.key < $1.key }.first?.value : nil
    }
}
