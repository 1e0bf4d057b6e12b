public import Decoding
public import Metering

/// A unit of a line as it is polled: its model, the channels behind which meters hang, and how often.
public struct PolledUnit: Hashable, Sendable {
    public let unit: UInt8
    public let model: MeterProfile
    public let channels: Set<Int>
    /// Its rounds start at whole multiples of it.
    public let interval: Duration

    public init(unit: UInt8, model: MeterProfile, channels: Set<Int>, interval: Duration) {
        self.unit = unit
        self.model = model
        self.channels = channels
        self.interval = interval
    }
}

/// Who is polled on a line, in order; the version tells a changed roster from the same one.
public struct PollRoster: Sendable {
    public let version: Int
    public let units: [PolledUnit]

    public init(version: Int, units: [PolledUnit]) {
        self.version = version
        self.units = units
    }
}

/// What one unit answered in one round.
public struct UnitAnswer: Sendable {
    public let path: Path.ID
    public let unit: UInt8
    /// The exchanges that brought it, in their order; at least one.
    public let exchanges: [Exchange]
    /// Everything known of the unit, scale registers read earlier included.
    public let image: RegisterImage
    /// The number that the unit bears itself; nil where its model knows none.
    public let serial: String?
    /// Whether this is the second look at an index that seemed wrong.
    public let isConfirmation: Bool

    public init(
        path: Path.ID,
        unit: UInt8,
        exchanges: [Exchange],
        image: RegisterImage,
        serial: String? = nil,
        isConfirmation: Bool = false
    ) {
        self.path = path
        self.unit = unit
        self.exchanges = exchanges
        self.image = image
        self.serial = serial
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
    /// The point of the grid to which the round belongs.
    public let due: Moment
    public let endedAt: Instant
    public let answered: [UInt8]
    public let failed: [UInt8: BusError]

    public init(path: Path.ID, due: Moment, endedAt: Instant, answered: [UInt8], failed: [UInt8: BusError]) {
        self.path = path
        self.due = due
        self.endedAt = endedAt
        self.answered = answered
        self.failed = failed
    }

    /// Why the line as a whole is down: nobody answered; nil when somebody did.
    public var lineFailure: BusError? {
        answered.isEmpty ? failed.sorted { $0.key < $1.key }.first?.value : nil
    }
}
