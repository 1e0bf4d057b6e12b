public import Metering

/// What one service point used in one calendar month, and how well that is known.
public struct MonthTotal: Hashable, Sendable {
    public let from: LocalDay
    /// The day after the last one.
    public let to: LocalDay
    /// Whole litres; nil where something in the month needs an explanation first, and where nothing is known of it.
    public let usageLitres: Int64?
    public let quality: Quality
    public let coverage: Coverage

    public init(from: LocalDay, to: LocalDay, usageLitres: Int64?, quality: Quality, coverage: Coverage) {
        self.from = from
        self.to = to
        self.usageLitres = usageLitres
        self.quality = quality
        self.coverage = coverage
    }

    /// How far a total may be trusted, in order of precedence.
    public enum Quality: String, Hashable, Sendable, CaseIterable {
        /// An unexplained fall or jump lies inside: no total.
        case blocked
        /// No reading on one side of a boundary: the total is of what was read.
        case incomplete
        /// What was used around the two midnights exceeds 41 L, so the interpolation may be off by more.
        case estimated
        case measured
    }
}
