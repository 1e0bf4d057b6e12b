public import Metering

/// What shall be erased of a service point: all that tells of the people there before an instant.
public struct Erasure: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// The end of it, excluded.
    public let before: Instant
    /// The numbers under which records of the point's meters come.
    public let meters: [Meter.ID]
    public let by: String
    public let reason: String

    public init(point: ServicePoint.ID, before: Instant, meters: [Meter.ID] = [], by: String, reason: String)
    {
        self.point = point
        self.before = before
        self.meters = meters
        self.by = by
        self.reason = reason
    }
}

/// What is left of erased data: whose it was, up to when, how much of each kind, who erased it and why.
public struct ErasedSpan: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// The oldest reading that was erased; nil where there was none.
    public let from: Instant?
    public let before: Instant
    public let counts: [Kind: Int]
    public let by: String
    public let reason: String
    public let erasedAt: Instant
    /// Readings that arrived again since then, and were refused.
    public let refused: Int

    /// What was erased.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Revisions of readings.
        case readings
        /// Readings held under another unit's number.
        case heldReadings = "held_readings"
        /// Judged days.
        case dailyUsage = "daily_usage"
        /// Captures whose bytes are gone; the captures stay.
        case captures
        /// Those of them that other readings came with, which stay without their bytes.
        case sharedCaptures = "shared_captures"
        /// Lines of captured files that became no reading.
        case textRows = "text_rows"
        case quarantine
        /// Incidents whose evidence is gone; that there was one stays.
        case incidents
        /// Mails whose facts and text are gone; that they were sent stays.
        case mails
        /// Meters' own alarms, hours that a path called missing, and days that a feed was asked for again.
        case alarms
        /// Hand readings, consents and leaks found by others.
        case events
        /// Exchanges whose indexes are gone; that a meter hung there stays.
        case exchanges
        /// Dial settings whose indexes are gone.
        case dialSettings = "dial_settings"
        /// Proofs of meter models whose dial values are gone.
        case proofs

        public var japanese: String {
            switch self {
            case .readings: "指針"
            case .heldReadings: "保留中の指針"
            case .dailyUsage: "日別使用量"
            case .captures: "受信データの内容"
            case .sharedCaptures: "うち他の指針と共通"
            case .textRows: "取込ファイルの行"
            case .quarantine: "隔離中の記録"
            case .incidents: "異常の根拠"
            case .mails: "メールの本文"
            case .alarms: "メーター警報・欠測・再送依頼"
            case .events: "目視検針・同意・漏水発見"
            case .exchanges: "取替時の指針"
            case .dialSettings: "指針合わせの値"
            case .proofs: "機種確認の値"
            }
        }
    }
}

extension ReadingTally {
    /// The same with readings refused because they lie in an erased span.
    static func refused(_ count: Int) -> ReadingTally {
        var tally = ReadingTally()
        tally.refused = count
        return tally
    }
}
