public import Metering

/// All that the rules may look at: one service point's usage, and what was known of it at one instant.
public struct PointEvidence: Hashable, Sendable {
    public let point: ServicePoint
    public let dial: Dial
    public let series: UsageSeries
    public let discontinuities: [Discontinuity]
    /// Where its clock was off.
    public let clockDrifts: [ClockDrift]
    /// The newest reading; nil when none ever came.
    public let lastReadingAt: Instant?
    /// How late its path delivers when all is well.
    public let expectedDelaySeconds: Int64
    public let judgedAt: Instant
    /// How its two ways stand to each other; nil where it has one.
    public let ways: WayEvidence?

    public init(
        point: ServicePoint,
        dial: Dial,
        series: UsageSeries,
        discontinuities: [Discontinuity] = [],
        clockDrifts: [ClockDrift] = [],
        lastReadingAt: Instant?,
        expectedDelaySeconds: Int64,
        judgedAt: Instant,
        ways: WayEvidence? = nil
    ) {
        self.point = point
        self.dial = dial
        self.series = series
        self.discontinuities = discontinuities
        self.clockDrifts = clockDrifts
        self.lastReadingAt = lastReadingAt
        self.expectedDelaySeconds = expectedDelaySeconds
        self.judgedAt = judgedAt
        self.ways = ways
    }

    /// The steps short enough for their flow to have a shape: two hours and less.
    static let longestShapedSeconds: Int64 = 7_200

    /// The newest data that judgement can use.
    var dataUntil: Instant {
        series.span?.upperBound ?? lastReadingAt ?? judgedAt
    }
}

extension UsageStep {
    /// Whether the step tells when its water flowed, and not only how much.
    var isShaped: Bool {
        seconds <= PointEvidence.longestShapedSeconds && kind != .unexplained
    }
}

extension ServicePoint {
    /// Nobody lives there, so that any lasting flow is suspicious.
    var isEmpty: Bool { isVacant || useClass.name == "vacant" }
}
