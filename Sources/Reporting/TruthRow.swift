public import Metering

/// A line of `truth_billing.csv`: what a simulated register really advanced in a month, and what was really used.
public struct TruthRow: ExchangedRow {
    public static let columns = ["meter_id", "from", "to", "registered_l", "true_l"]

    public let meter: Meter.ID
    public let from: LocalDay
    /// The day after the last one.
    public let to: LocalDay
    public let registered: Volume
    public let used: Volume

    public init(meter: Meter.ID, from: LocalDay, to: LocalDay, registered: Volume, used: Volume) {
        self.meter = meter
        self.from = from
        self.to = to
        self.registered = registered
        self.used = used
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .text(from.description), .text(to.description),
            .number(TruthRow.tenths(registered)), .number(TruthRow.tenths(used)),
        ]
    }

    /// Litres with one decimal, cut: 6,964,350 mL is 6964.3.
    private static func tenths(_ volume: Volume) -> String {
        let (litres, rest) = volume.millilitres.magnitude.quotientAndRemainder(dividingBy: 1_000)
        return (volume < .zero ? "-" : "") + "\(litres).\(rest / 100)"
    }
}
