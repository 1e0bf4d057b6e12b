public import Metering

/// One record of a feed as it arrived, with all that decoding made of it.
public struct FeedArrival: Hashable, Sendable {
    public let arrival: Arrival
    /// What the record itself calls missing.
    public let missing: [MissingSpan]
    public let alarms: [AlarmChange]

    public init(_ arrival: Arrival, missing: [MissingSpan] = [], alarms: [AlarmChange] = []) {
        self.arrival = arrival
        self.missing = missing
        self.alarms = alarms
    }
}
