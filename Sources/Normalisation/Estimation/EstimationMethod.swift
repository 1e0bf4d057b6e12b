/// How an estimate was made, by the name and version of its rule.
public enum EstimationMethod: String, Hashable, Sendable, CaseIterable {
    /// A volume that was read, spread over a gap by the place's own typical week.
    case typicalWeek = "typical-week/1"
    /// A volume that was read, spread evenly over a gap.
    case linear = "linear/1"
    /// Nothing was read: the mean of the same hours of the same weekdays before.
    case sameWeekday = "same-weekday/1"
    /// Nothing was read: the mean of at least seven known days before.
    case meanOfDays = "mean-of-days/1"

    /// Whether only the shape is estimated, and the volume is what the indexes on both sides show.
    public var isVolumeExact: Bool {
        switch self {
        case .typicalWeek, .linear: true
        case .sameWeekday, .meanOfDays: false
        }
    }
}
