/// How an estimate was made; with the version of its terms each method has its name: `linear/1`.
public enum EstimationMethod: String, Hashable, Sendable, CaseIterable {
    /// A volume that was read, spread over a gap by the place's own typical week.
    case typicalWeek = "typical-week"
    /// A volume that was read, spread evenly over a gap.
    case linear = "linear"
    /// Nothing was read: the mean of the same hours of the same weekdays before.
    case sameWeekday = "same-weekday"
    /// Nothing was read: the mean of at least seven known days before.
    case meanOfDays = "mean-of-days"

    /// Whether only the shape is estimated, and the volume is what the indexes on both sides show.
    public var isVolumeExact: Bool {
        switch self {
        case .typicalWeek, .linear: true
        case .sameWeekday, .meanOfDays: false
        }
    }

    /// The method by its name and the version of its terms: `typical-week/2`.
    public func name(version: Int) -> String { "\(rawValue)/\(version)" }
}
