public import Metering

/// What the second way brings into the first one's gaps, and where those are.
public struct WayFilling: Hashable, Sendable {
    public static let none = WayFilling(readings: [], gaps: [])

    /// In order of time.
    public let readings: [FilledReading]
    /// Where the first way brought nothing, filled or not, in order of time; the last one has no end.
    public let gaps: [ClosedRange<Instant>]

    /// The first instant whose usage may be another when a reading at `instant` came or went.
    ///
    /// A gap is filled by what is read within `Reconciliation.reachSeconds` of it, so one of 11 to 14 March changes as a
    /// whole with a reading of the 20th, and with none of April.
    public func changed(since instant: Instant) -> Instant {
        let first = gaps.first { $0.upperBound >= instant - Reconciliation.reachSeconds }
        return min(first?.lowerBound ?? instant, instant)
    }
}
