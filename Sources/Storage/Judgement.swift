public import Alerting
public import Metering

/// What thinking about one place came to: everything that has to be kept together.
public struct Judgement: Hashable, Sendable {
    /// The judged service point's days, as far as they changed; empty for a path.
    public let usageDays: [DailyUsage]
    /// From this day on there is no usage but `usageDays`; nil where nothing is said of other days.
    public let usageSince: LocalDay?
    /// In the order in which they apply.
    public let changes: [IncidentChange]
    /// Nil when the judgement came from the clock alone, without new readings.
    public let progress: Progress?

    public init(
        usageDays: [DailyUsage] = [],
        usageSince: LocalDay? = nil,
        changes: [IncidentChange] = [],
        progress: Progress? = nil
    ) {
        self.usageDays = usageDays
        self.usageSince = usageSince
        self.changes = changes
        self.progress = progress
    }
}
