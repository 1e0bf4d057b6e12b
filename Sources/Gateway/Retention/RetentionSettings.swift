public import Metering
public import Storage

/// For how long each kind of data is kept; nil for ever.
///
/// The city's rules for documents (文書取扱規程) decide. Fiscal years (年度) begin on the 1st of April: what is of a year is kept so many whole years after its end.
public struct RetentionSettings: Hashable, Sendable {
    /// Hourly readings; their days stay.
    public var hourlyYears: Int?
    /// Readings round the first midnight of each month, on which bills rest.
    public var billingYears: Int?
    /// Bytes of captures, in months after they were stored.
    public var telegramMonths: Int?
    public var auditYears: Int?
    /// Whether the gateway does it by itself.
    public var isNightly = false

    public init() {}

    /// Nothing ever goes.
    public var keepsAll: Bool { hourlyYears == nil && telegramMonths == nil && auditYears == nil }

    /// What is over at an instant.
    public func limits(at now: Instant) -> RetentionLimits {
        let today = LocalDay(containing: now)
        let (year, month, _) = today.components
        let fiscalYear = month >= 4 ? year : year - 1
        func begin(_ years: Int?) -> LocalDay? {
            years.flatMap { LocalDay(year: fiscalYear - $0, month: 4, day: 1) }
        }
        return RetentionLimits(
            readings: begin(hourlyYears),
            billingBasis: begin(billingYears),
            telegrams: telegramMonths.flatMap { months in
                let count = year * 12 + month - 1 - months
                return LocalDay(year: count / 12, month: count % 12 + 1, day: 1)
            },
            audit: begin(auditYears)
        )
    }
}
