public import Metering

/// A line of `detections.csv`: one alarm episode.
public struct DetectionRow: ExchangedRow {
    public static let columns = ["meter_id", "kind", "detected_at"]

    public let meter: Meter.ID
    public let kind: Finding.Kind
    /// Never before the newest reading used was received.
    public let detectedAt: Instant

    public init(meter: Meter.ID, kind: Finding.Kind, detectedAt: Instant) {
        self.meter = meter
        self.kind = kind
        self.detectedAt = detectedAt
    }

    public var cells: [CSVTable.Cell] {
        [.text(meter.rawValue), .text(kind.rawValue), .text(detectedAt.japaneseDescription)]
    }
}
