public import Metering

/// How far a stage of judgement has come at one service point.
public struct Progress: Hashable, Sendable {
    /// The stage's name, so that several may go at their own pace.
    public let stage: String
    public let point: ServicePoint.ID
    /// The mark of `UnjudgedPoint` that the judgement began from; 0 when it began from none.
    public let mark: Int64
    /// The newest reading that the judgement used.
    public let lastReadingAt: Instant?

    public init(stage: String, point: ServicePoint.ID, mark: Int64, lastReadingAt: Instant?) {
        self.stage = stage
        self.point = point
        self.mark = mark
        self.lastReadingAt = lastReadingAt
    }
}

/// A service point with readings or exchanges that a stage has not judged.
public struct UnjudgedPoint: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// To be handed back in `Progress`; read it before the readings, so that later arrivals stay unjudged.
    public let mark: Int64
    /// The oldest instant that changed: what was derived from there on is out of date.
    public let earliest: Instant

    public init(point: ServicePoint.ID, mark: Int64, earliest: Instant) {
        self.point = point
        self.mark = mark
        self.earliest = earliest
    }
}
