/// The terms of estimation.
///
/// | key | type | default | from |
/// |---|---|---|---|
/// | `shapedSeconds` | seconds | 7200 | a longer step tells no hour: two reading intervals |
/// | `historyDays` | days | 28 | ours |
/// | `samples` | count | 2 | ours |
/// | `knownDays` | days | 7 | seven measured days stand for a period (昭島市) |
public struct EstimationSettings: Hashable, Sendable {
    public static let shipped = EstimationSettings()

    /// The longest step that tells when its water flowed.
    public var shapedSeconds: Int64 = 7_200
    /// How far back a proxy looks.
    public var historyDays: Int64 = 28
    /// How often an hour of the week must be known to be typical.
    public var samples: Int64 = 2
    /// How many days must be known for their mean to stand for others.
    public var knownDays: Int64 = 7

    public init() {}
}
