/// One meter's index at one instant, as its path reported it: decoded, not yet judged.
public struct Reading: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// The time of measurement: `answered` on a line, the meter's stamp in a feed or a file.
    public let at: Instant
    /// What the dial shows, below the dial's capacity.
    public let index: Volume
    public let quality: ReadingQuality
    /// What the meter says of itself.
    public let status: MeterStatus
    /// 1 for the first value of this instant; a correction is higher, and the highest counts.
    public let revision: Int

    public init(
        point: ServicePoint.ID,
        at: Instant,
        index: Volume,
        quality: ReadingQuality = .measured,
        status: MeterStatus = [],
        revision: Int = 1
    ) {
        self.point = point
        self.at = at
        self.index = index
        self.quality = quality
        self.status = status
        self.revision = revision
    }

    /// Whether `other`, a reading of the same instant, counts in place of this one.
    ///
    /// The higher revision counts; of one revision, a measured value before an estimate; of two measured ones that
    /// contradict each other the smaller, since it invents no usage.
    public func yields(to other: Reading) -> Bool {
        if revision != other.revision { return revision < other.revision }
        if quality != other.quality { return quality.rawValue > other.quality.rawValue }
        return index > other.index
    }
}

/// What the path says about a value.
///
/// Only `measured` is evidence.
public enum ReadingQuality: Int, Hashable, Sendable, CaseIterable {
    case measured = 0
    /// Estimated by somebody upstream (推定): shown, never evidence.
    case estimated = 1
    /// Doubtful (疑義), also when the meter reports a fault or a simulation mode.
    case suspect = 2
}

/// The meter's own alarms in one vocabulary, whatever bits its maker chose.
///
/// Raw bits stay in the capture.
public struct MeterStatus: OptionSet, Hashable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    public static let leak = MeterStatus(rawValue: 1 << 0)
    public static let burst = MeterStatus(rawValue: 1 << 1)
    public static let reverse = MeterStatus(rawValue: 1 << 2)
    public static let emptyPipe = MeterStatus(rawValue: 1 << 3)
    public static let noSignal = MeterStatus(rawValue: 1 << 4)
    public static let lowBattery = MeterStatus(rawValue: 1 << 5)
    public static let tamper = MeterStatus(rawValue: 1 << 6)
    public static let overflow = MeterStatus(rawValue: 1 << 7)
    public static let clock = MeterStatus(rawValue: 1 << 8)
    public static let measurementFault = MeterStatus(rawValue: 1 << 9)
    public static let simulationMode = MeterStatus(rawValue: 1 << 10)
    public static let noUse = MeterStatus(rawValue: 1 << 11)
    public static let power = MeterStatus(rawValue: 1 << 12)
    /// The meter and its own communication module do not understand each other.
    public static let communication = MeterStatus(rawValue: 1 << 13)
    /// Somebody set the total or cleared it.
    public static let totalChanged = MeterStatus(rawValue: 1 << 14)

    /// The names that meter models and reports use, in the order of their bits.
    public static let names: [(name: String, flag: MeterStatus)] = [
        ("leak", .leak), ("burst", .burst), ("reverse", .reverse), ("empty_pipe", .emptyPipe),
        ("no_signal", .noSignal), ("low_battery", .lowBattery), ("tamper", .tamper), ("overflow", .overflow),
        ("clock", .clock), ("measurement_fault", .measurementFault), ("simulation_mode", .simulationMode),
        ("no_use", .noUse), ("power", .power), ("communication", .communication),
        ("total_changed", .totalChanged),
    ]
}
