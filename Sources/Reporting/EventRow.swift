public import Metering

/// A line of `events.csv`: something that was planted, with its true span.
public struct EventRow: ExchangedRow {
    public static let columns = ["meter_id", "kind", "start", "end", "rate_lph", "detail"]

    public let meter: Meter.ID
    /// The word of the file; harmless kinds (`rollover`, `vacation`) are no findings.
    public let kind: String
    public let start: Instant
    public let end: Instant
    /// Negative when water ran backwards; zero where flow has no meaning.
    public let rate: Flow
    public let detail: String

    public init(
        meter: Meter.ID,
        kind: String,
        start: Instant,
        end: Instant,
        rate: Flow = .zero,
        detail: String = ""
    ) {
        self.meter = meter
        self.kind = kind
        self.start = start
        self.end = end
        self.rate = rate
        self.detail = detail
    }

    public var cells: [CSVTable.Cell] {
        [
            .text(meter.rawValue), .text(kind), .text(start.japaneseDescription),
            .text(end.japaneseDescription),
            .number(String(Volume.millilitres(rate.millilitresPerHour).description.dropLast(2))),
            .text(detail),
        ]
    }
}
