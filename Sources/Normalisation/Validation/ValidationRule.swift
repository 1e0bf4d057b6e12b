/// The rules that validate a series, each by its name and version.
///
/// A changed rule gets a new version, so that an old note can be told from a new one.
public enum ValidationRule: String, Hashable, Sendable, CaseIterable {
    /// Readings that left the series and came back; held out.
    case spike = "spike/1"
    /// An index that fell, and nobody has said why.
    case negative = "negative/1"
    /// A rise beyond what the pipe can carry.
    case pipe = "pipe/1"
    /// An exchange that the indexes show at another time than was noted.
    case exchangeTime = "exchange-time/1"
    /// The removed meter was still heard of.
    case removedMeter = "removed-meter/1"
    /// Two readings further apart than one and a half intervals.
    case intervalSize = "interval-size/1"
    /// Days without any word of when the water flowed.
    case prolongedEstimation = "prolonged-estimation/1"
    /// Days without any water.
    case zeroConsumption = "zero-consumption/1"
    /// An index that stands still where water was used daily before.
    case stuck = "stuck/1"
    /// A week far above or below those before it.
    case highLow = "high-low/1"
    /// A clock that was off; no reading is moved or left out for it.
    case clockDrift = "clock-drift/1"
}
