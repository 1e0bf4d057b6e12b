public import Metering

/// A line of `readings.csv`: one answer of a meter, in order of arrival.
public struct ReadingRow: ExchangedRow {
    public static let columns = ["meter_id", "timestamp", "index_l", "status", "received_at"]

    public let meter: Meter.ID
    public let at: Instant
    /// Nil when the meter answered without a value (status `NODATA`).
    public let index: Volume?
    public let status: String
    /// Only when the reading came late or twice.
    public let receivedAt: Instant?

    public init(
        meter: Meter.ID,
        at: Instant,
        index: Volume?,
        status: String = "OK",
        receivedAt: Instant? = nil
    ) {
        self.meter = meter
        self.at = at
        self.index = index
        self.status = status
        self.receivedAt = receivedAt
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .text(at.japaneseDescription), .integer(index?.wholeLitres), .text(status),
            receivedAt.map { .text($0.japaneseDescription) } ?? .empty,
        ]
    }
}

extension Volume {
    /// Whole litres as a counter shows them, cut and never rounded up: 1,999 mL is 1 L.
    var wholeLitres: Int64 { millilitres / 1_000 }
}
