public import Billing
public import Metering

/// A line of `billing.csv`: a month's total as the gateway found it.
public struct BillingRow: ExchangedRow {
    public static let columns = ["meter_id", "from", "to", "usage_l", "quality"]

    public let meter: Meter.ID
    public let total: MonthTotal

    public init(meter: Meter.ID, total: MonthTotal) {
        self.meter = meter
        self.total = total
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .text(total.from.description), .text(total.to.description),
            .integer(total.usageLitres), .text(total.quality.rawValue),
        ]
    }
}
