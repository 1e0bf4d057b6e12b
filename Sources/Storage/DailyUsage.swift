public import Metering

/// What one service point used on one day in Japan, as far as it is known.
public struct DailyUsage: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let day: LocalDay
    public let volume: Volume
    /// 0...86,400.
    public let knownSeconds: Int64
    /// Something on this day needs a person's explanation.
    public let isUnexplained: Bool
    /// The least usage of an hour between 1:00 and 5:00 (夜間最小流量); nil where one of the four is not known.
    public let nightMinimum: Volume?

    public init(
        point: ServicePoint.ID,
        day: LocalDay,
        volume: Volume,
        knownSeconds: Int64,
        isUnexplained: Bool = false,
        nightMinimum: Volume? = nil
    ) {
        self.point = point
        self.day = day
        self.volume = volume
        self.knownSeconds = knownSeconds
        self.isUnexplained = isUnexplained
        self.nightMinimum = nightMinimum
    }

    public var coverage: Coverage {
        Coverage(knownSeconds: knownSeconds, totalSeconds: 86_400)
    }
}
