/// The terms of reconciliation.
///
/// | key | type | default | from |
/// |---|---|---|---|
/// | `intervalSeconds` | seconds | 3600 | hourly values (1時間値) |
/// | `mostSkewSeconds` | seconds | 7200 | ours |
/// | `skewFlaggedSeconds` | seconds | 120 | a clock off by more is flagged |
/// | `commonReadings` | count | 24 | ours: a day |
/// | `readingsToDisagree` | count | 3 | ours: one more than two corrupt ones in a row |
public struct ReconciliationSettings: Hashable, Sendable {
    public static let shipped = ReconciliationSettings()

    /// How often both paths bring a reading.
    public var intervalSeconds: Int64 = 3_600
    /// How far apart the clocks of both paths are looked for.
    public var mostSkewSeconds: Int64 = 7_200
    /// From more than so many seconds on, the clocks are apart.
    public var skewFlaggedSeconds: Int64 = 120
    /// How many readings must be comparable before anything is said.
    public var commonReadings = 24
    /// How many readings in a row beyond jitter are a disagreement.
    public var readingsToDisagree = 3

    public init() {}
}
