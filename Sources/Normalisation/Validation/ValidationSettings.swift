/// The thresholds of the validation rules.
///
/// | key | type | default | from |
/// |---|---|---|---|
/// | `intervalSeconds` | seconds | 3600 | hourly values (1時間値) |
/// | `prolongedHours` | hours | 72 | ours |
/// | `zeroDays` | days | 7 | ours |
/// | `stuckDays`, `stuckUsualLitresPerDay` | days, litres | 14, 20 | the rule ST-1 (停滞) |
/// | `highPercent`, `highLitresPerMonth` | percent, litres | 200, 10000 | twice the usual and 10 m3 a month more (漏水疑い) |
/// | `lowPercent`, `lowBaseLitresPerMonth` | percent, litres | 30, 10000 | 30 % of a usual 10 m3 a month and more |
public struct ValidationSettings: Hashable, Sendable {
    public static let shipped = ValidationSettings()

    /// How often the point is read.
    public var intervalSeconds: Int64 = 3_600
    public var prolongedHours: Int64 = 72
    public var zeroDays: Int64 = 7
    public var stuckDays: Int64 = 14
    public var stuckUsualLitresPerDay: Int64 = 20
    public var highPercent: Int64 = 200
    public var highLitresPerMonth: Int64 = 10_000
    public var lowPercent: Int64 = 30
    public var lowBaseLitresPerMonth: Int64 = 10_000

    public init() {}
}
