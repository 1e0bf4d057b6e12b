/// The rules that validate a series; with the version of their terms each has its name: `spike/1`.
public enum ValidationRule: String, Hashable, Sendable, CaseIterable {
    /// Readings that left the series and came back; held out.
    case spike = "spike"
    /// An index that fell, and nobody has said why.
    case negative = "negative"
    /// A rise beyond what the pipe can carry.
    case pipe = "pipe"
    /// An exchange that the indexes show at another time than was noted.
    case exchangeTime = "exchange-time"
    /// The removed meter was still heard of.
    case removedMeter = "removed-meter"
    /// Two readings further apart than one and a half intervals.
    case intervalSize = "interval-size"
    /// Days without any word of when the water flowed.
    case prolongedEstimation = "prolonged-estimation"
    /// Days without any water.
    case zeroConsumption = "zero-consumption"
    /// An index that stands still where water was used daily before.
    case stuck = "stuck"
    /// A week far above or below those before it.
    case highLow = "high-low"
    /// A clock that was off; no reading is moved or left out for it.
    case clockDrift = "clock-drift"

    /// The rule by its name and the version of its terms: `spike/2`.
    public func name(version: Int) -> String { "\(rawValue)/\(version)" }
}
