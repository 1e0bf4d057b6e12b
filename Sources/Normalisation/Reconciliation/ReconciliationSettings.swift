/// The terms of reconciliation.
///
/// | key | type | value | from |
/// |---|---|---|---|
/// | `intervalSeconds` | seconds | 3600 | hourly values (1時間値) |
/// | `nearSeconds` | seconds | 604800 | ours: a week has every kind of day |
/// | `mostSkewSeconds` | seconds | 7200 | ours |
/// | `skewFlaggedSeconds` | seconds | 120 | a clock off by more is flagged |
/// | `commonReadings` | count | 24 | ours: a day |
/// | `readingsToDisagree` | count | 3 | ours: one more than two corrupt ones in a row |
/// | `partedPermille` | thousandths | 10 | ours: one pulse of a hundred is lost |
/// | `shapedSeconds` | seconds | 7200 | the longest step whose flow detection believes |
struct ReconciliationSettings: Hashable, Sendable {
    /// How often both ways bring a reading.
    var intervalSeconds: Int64 = 3_600
    /// How far before and behind a gap readings decide what it is filled with.
    var nearSeconds: Int64 = 7 * 86_400
    /// How far apart the clocks of both ways are looked for.
    var mostSkewSeconds: Int64 = 7_200
    /// From more than so many seconds on, the clocks are apart.
    var skewFlaggedSeconds: Int64 = 120
    /// How many readings must be comparable before anything is said.
    var commonReadings = 24
    /// How many readings in a row beyond jitter are a disagreement.
    var readingsToDisagree = 3
    /// Registers that part by no more of what was used have not parted.
    var partedPermille: Int64 = 10
    /// A step longer than this tells nobody when its water flowed.
    var shapedSeconds: Int64 = 7_200
}
