public import Metering

/// What goes wrong with the two ways of the points that have two; everything else goes as usual.
public struct WayFaults: Hashable, Sendable {
    /// When no unit of any line answers.
    public var dead: Range<Instant>?
    /// When the feed delivers nothing; what was due comes at its end.
    public var late: Range<Instant>?
    /// How far the clock of the feed's terminals is ahead.
    public var skewSeconds: Int64 = 0
    /// Whether the first two of these points bear each other's number in the feed.
    public var areCrossed = false

    public static let none = WayFaults()

    /// The feed seven minutes ahead and late for two days, two meters crossed in it, all lines dead for three days.
    ///
    /// - Parameter end: of the history.
    /// - Returns: faults of which the lines come back three days before the end, the feed four.
    public static func everything(before end: Instant) -> WayFaults {
        let day: Int64 = 86_400
        var faults = WayFaults()
        faults.dead = end - 6 * day..<end - 3 * day
        faults.late = end - 6 * day..<end - 4 * day
        faults.skewSeconds = 420
        faults.areCrossed = true
        return faults
    }

    /// Who bears whose number in the feed, of the points that the feed is the second way to.
    func crossing(among points: [ServicePoint.ID]) -> [ServicePoint.ID: ServicePoint.ID] {
        let two = points.sorted().prefix(2)
        guard areCrossed, two.count == 2, let one = two.first, let other = two.last else { return [:] }
        return [one: other, other: one]
    }
}
