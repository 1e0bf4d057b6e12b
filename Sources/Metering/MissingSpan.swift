/// A stretch of hours that a path itself calls missing (欠測), with the reason that it gives.
public struct MissingSpan: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// The first and the last instant without a value; equal for a single one.
    public let from: Instant
    public let to: Instant
    public let reason: MissingReason

    public init(point: ServicePoint.ID, from: Instant, to: Instant, reason: MissingReason) {
        self.point = point
        self.from = from
        self.to = to
        self.reason = reason
    }
}

/// Why the path had no value, in the feed's codes.
public enum MissingReason: String, Hashable, Sendable, CaseIterable {
    /// 通信不良
    case communication = "COMM"
    /// 停電
    case power = "POWER"
    /// 端末故障
    case device = "DEVICE"
    /// 計器異常
    case meter = "METER"
    /// 電力計交換・撤去: a water terminal rides on an electricity meter nearby.
    case electricityMeter = "EMETER"
    /// 保守
    case maintenance = "MAINT"
    /// 不明, also for a code that we do not know; the record keeps it as it came.
    case unknown = "UNKNOWN"
}
