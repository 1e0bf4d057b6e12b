public import Metering

/// What one service point is billed for between two reading days, in whole cubic metres by the black digits.
public struct PeriodTotal: Hashable, Sendable {
    public let previous: BoundaryIndex?
    public let current: BoundaryIndex?
    /// Nil where a boundary has no index, or something between them needs an explanation first.
    public let usageCubicMetres: Int64?
    public let quality: Quality
    /// Everything that makes this more than one difference of two indexes read at midnight; empty for that.
    public let reasons: [Reason]

    public init(
        previous: BoundaryIndex?,
        current: BoundaryIndex?,
        usageCubicMetres: Int64?,
        quality: Quality,
        reasons: [Reason]
    ) {
        self.previous = previous
        self.current = current
        self.usageCubicMetres = usageCubicMetres
        self.quality = quality
        self.reasons = reasons
    }

    /// How a period's total came about, in order of precedence.
    public enum Quality: String, Hashable, Sendable, CaseIterable {
        /// An unexplained fall or jump lies inside: no total.
        case blocked
        /// No valid reading within a day of a boundary (検針不能): no total.
        case missing
        /// A reading up to a day away stands in (前後日指針で代用).
        case substituted
        case measured
    }

    public enum Reason: Hashable, Sendable {
        /// The step that needs a person's explanation.
        case unexplained(from: Instant, to: Instant)
        /// No valid reading within a day of the midnight that begins this day.
        case noReading(LocalDay)
        /// The reading of another hour stands for the midnight that begins this day.
        case substituted(LocalDay, at: Instant)
        /// Two legs, each by its own meter's digits.
        case exchanged(at: Instant)
        /// The dial went past its end between these readings.
        case rolledOver(from: Instant, to: Instant)
    }
}

/// The index that stands for a reading day's midnight.
public struct BoundaryIndex: Hashable, Sendable {
    public let at: Instant
    /// What the register showed; held at the highest index before it where it lay below by jitter.
    public let index: Volume
    /// Whether it was taken more than five minutes away from the midnight.
    public let isSubstitute: Bool

    public init(at: Instant, index: Volume, isSubstitute: Bool) {
        self.at = at
        self.index = index
        self.isSubstitute = isSubstitute
    }
}
