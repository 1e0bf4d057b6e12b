public import Metering

/// What the validation rules say of each service point: `report validation`.
public struct ValidationReport: Hashable, Sendable {
    public let rows: [Row]

    public init(rows: [Row]) {
        self.rows = rows
    }

    /// One rule about one span of one service point.
    public struct Row: Hashable, Sendable {
        public let point: ServicePoint.ID
        /// The rule with its version: `spike/1`.
        public let rule: String
        public let span: Range<Instant>
        /// How far the index fell or rose, or what was used.
        public let volume: Volume?
        public let expected: Volume?
        /// How far a clock was off, positive when ahead.
        public let seconds: Int64?

        public init(
            point: ServicePoint.ID,
            rule: String,
            span: Range<Instant>,
            volume: Volume?,
            expected: Volume?,
            seconds: Int64? = nil
        ) {
            self.point = point
            self.rule = rule
            self.span = span
            self.volume = volume
            self.expected = expected
            self.seconds = seconds
        }
    }

    /// The file: `service_point,rule,from,to,volume_l,expected_l,clock_s`.
    ///
    /// `from` and `to` are instants in Japan's time, `to` exclusive; volumes and
    /// seconds are empty where a rule has none to tell.
    public func text(style: CSVStyle = .report) -> String {
        CSVTable(
            columns: ["service_point", "rule", "from", "to", "volume_l", "expected_l", "clock_s"],
            rows: rows.map { row in
                [
                    .text(row.point.rawValue),
                    .text(row.rule),
                    .text(row.span.lowerBound.japaneseDescription),
                    .text(row.span.upperBound.japaneseDescription),
                    .integer(row.volume?.roundedLitres),
                    .integer(row.expected?.roundedLitres),
                    .integer(row.seconds),
                ]
            }
        ).text(style: style)
    }
}
