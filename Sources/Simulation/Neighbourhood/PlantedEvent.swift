public import Metering

/// Something that the simulation made happen at one meter, by the words of the exchanged files (`events.csv`).
public struct PlantedEvent: Hashable, Sendable {
    public let kind: Kind
    public let point: ServicePoint.ID
    /// The meter that hung there when it began.
    public let meter: Meter.ID
    public internal(set) var from: Instant
    /// When it was over; the end of history where it went on.
    public internal(set) var to: Instant
    /// How much runs; nil where that has no meaning.
    public let rate: Flow?
    /// For people: the new meter's number, the dial's end.
    public internal(set) var detail = ""

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case leakContinuous = "leak_continuous"
        case burst
        case silence = "comm_loss"
        case exchange = "meter_exchange"
        case rollover
    }

    /// What ran through it before `instant`; where it went on at the end of history, it still goes on.
    func volume(until instant: Instant, historyEnd: Instant) -> Volume {
        guard let rate, instant > from else { return .zero }
        return rate.volume(inSeconds: (to < historyEnd ? min(instant, to) : instant) - from)
    }
}

/// What really happened, kept apart from everything that the gateway sees.
public struct Truth: Hashable, Sendable {
    public let span: Range<Instant>
    /// In order of their beginning.
    public let events: [PlantedEvent]
    public let exchanges: [MeterExchange]
    public let months: [MonthTruth]
    /// What all places used in the span.
    public let used: Volume
    /// What the seed could not plant, and why.
    public let omissions: [String]
}

/// One place's calendar month, clipped to the days of the history.
public struct MonthTruth: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// The meter at the end of the month.
    public let meter: Meter.ID
    public let from: LocalDay
    /// The first day that no longer counts.
    public let to: LocalDay
    /// How far the registers moved, unrounded, rollover and exchange taken into account.
    public let registered: Volume
    public let used: Volume
}
