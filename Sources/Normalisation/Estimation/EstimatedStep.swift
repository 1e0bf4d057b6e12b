public import Metering

/// What may have been used in an hour that no reading tells of: for charts and reports, marked as an estimate.
///
/// A type of its own, so that it can't get into a series: nothing that judges, bills or estimates takes one.
/// Estimates are made anew from the readings each time; where readings come late, they are gone.
public struct EstimatedStep: Hashable, Sendable {
    public let from: Instant
    public let to: Instant
    public let volume: Volume
    public let method: EstimationMethod

    public init(from: Instant, to: Instant, volume: Volume, method: EstimationMethod) {
        precondition(from < to, "an estimate is of some time")
        self.from = from
        self.to = to
        self.volume = volume
        self.method = method
    }
}
