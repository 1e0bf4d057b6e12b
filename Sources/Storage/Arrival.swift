public import Metering

/// One record as it arrived, with what decoding made of it.
public struct Arrival: Hashable, Sendable {
    public let capture: Capture
    /// Those that came by their points' first way.
    public let readings: [Reading]
    /// Those that came by their points' second way.
    public let second: [Reading]
    public let rejections: [Rejection]

    public init(
        capture: Capture,
        readings: [Reading],
        second: [Reading] = [],
        rejections: [Rejection] = []
    ) {
        self.capture = capture
        self.readings = readings
        self.second = second
        self.rejections = rejections
    }

    /// All readings with the way by which each came.
    var ways: [(route: Route, reading: Reading)] {
        readings.map { (.first, $0) } + second.map { (.second, $0) }
    }
}

/// What became of one arrival.
public enum ArrivalOutcome: Hashable, Sendable {
    /// The capture is new and kept, its readings one by one as the tally says.
    case stored(ReadingTally)
    /// The path delivered the same record before: nothing was written.
    case duplicate
    /// The path delivered other bytes under this key before: the new record is quarantined, the old one untouched.
    case conflicting
}

/// How many readings were kept, known already, or put aside.
public struct ReadingTally: Hashable, Sendable {
    public var stored = 0
    /// The same point, instant, revision and index were stored before.
    public var duplicates = 0
    /// In quarantine with their reasons, rejections of the decoder included.
    public var quarantined = 0
    /// Inside an erased span: counted there and not taken.
    public var refused = 0

    public init(stored: Int = 0, duplicates: Int = 0, quarantined: Int = 0) {
        self.stored = stored
        self.duplicates = duplicates
        self.quarantined = quarantined
    }

    public static func + (a: ReadingTally, b: ReadingTally) -> ReadingTally {
        var sum = ReadingTally(
            stored: a.stored + b.stored,
            duplicates: a.duplicates + b.duplicates,
            quarantined: a.quarantined + b.quarantined
        )
        sum.refused = a.refused + b.refused
        return sum
    }
}

/// Up to when a feed was pulled: the newest delivery time seen on its path.
public struct Watermark: Hashable, Sendable {
    public let path: Path.ID
    public let deliveredAt: Instant

    public init(path: Path.ID, deliveredAt: Instant) {
        self.path = path
        self.deliveredAt = deliveredAt
    }
}
