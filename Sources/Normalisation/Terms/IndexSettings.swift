import Metering

/// The terms by which indexes are read as usage; changing one changes usage.
///
/// | key | type | default | from |
/// |---|---|---|---|
/// | `jitterLitres`, `jitterCounts` | litres, counts | 10, 2 | DESIGN: max(10 L, 2 counts) is jitter |
/// | `spikeReadings` | count | 3 | ours |
/// | `spikeTimesJitter`, `spikeTimesUsage` | times | 5, 4 | ours |
/// | `pipeSlackSeconds` | seconds | 300 | ours: both clocks |
/// | `overloadHours` | hours | 24 | ours: no pipe runs at Q4 for longer |
/// | `timesMonthlyCeiling` | times | 3 | ours |
/// | `overloadLitresPerHour` | mm: litres an hour | none | `Calibre.overloadFlow` |
/// | `monthlyCeilingCubicMetres` | mm: m3 | none | `Calibre.monthlyCeiling` |
/// | `headHours`, `headConfirming` | hours, count | 24, 2 | ours |
/// | `exchangeReachHours` | hours | 24 | ours: hours are noted from memory |
/// | `removedMeterDays`, `removedMeterTimesJitter` | days, times | 30, 5 | ours |
public struct IndexSettings: Hashable, Sendable {
    public static let shipped = IndexSettings()

    public var jitterLitres: Int64 = 10
    public var jitterCounts: Int64 = 2
    /// The most readings in a row that leave the series and come back.
    public var spikeReadings = 3
    public var spikeTimesJitter: Int64 = 5
    public var spikeTimesUsage: Int64 = 4
    public var pipeSlackSeconds: Int64 = 300
    /// How long a pipe may run at its overload flow.
    public var overloadHours: Int64 = 24
    public var timesMonthlyCeiling: Int64 = 3
    /// By bore, where it is not that of `Calibre`.
    public var overloadLitresPerHour: [Int: Int64] = [:]
    public var monthlyCeilingCubicMetres: [Int: Int64] = [:]
    public var headHours: Int64 = 24
    public var headConfirming = 2
    public var exchangeReachHours: Int64 = 24
    public var removedMeterDays: Int64 = 30
    public var removedMeterTimesJitter: Int64 = 5

    public init() {}

    func overloadFlow(of calibre: Calibre) -> Flow {
        overloadLitresPerHour[calibre.millimetres].map { .litresPerHour($0) } ?? calibre.overloadFlow
    }

    func monthlyCeiling(of calibre: Calibre) -> Volume {
        monthlyCeilingCubicMetres[calibre.millimetres].map { .cubicMetres($0) } ?? calibre.monthlyCeiling
    }
}
