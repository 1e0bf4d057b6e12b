public import Metering

/// A line of `exchanges.csv`: an announced meter exchange.
public struct ExchangeRow: ExchangedRow {
    public static let columns = ["meter_id", "at", "final_index_l", "initial_index_l", "new_serial"]

    /// The name under which the point's readings go on.
    public let meter: Meter.ID
    public let exchange: MeterExchange

    public init(meter: Meter.ID, exchange: MeterExchange) {
        self.meter = meter
        self.exchange = exchange
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .text(exchange.at.japaneseDescription),
            .integer(exchange.closing.wholeLitres), .integer(exchange.opening.wholeLitres),
            .text(exchange.newMeter.rawValue),
        ]
    }
}
