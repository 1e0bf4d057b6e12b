public import Metering

/// Where each reading comes from that stands in a gap of its point's first way: `report filled`.
public struct FilledReport: Hashable, Sendable {
    public let rows: [Row]

    public init(rows: [Row]) {
        self.rows = rows
    }

    /// One reading of a second way.
    public struct Row: Hashable, Sendable {
        /// As it stands in the series.
        public let reading: Reading
        /// As the second way brought it.
        public let source: Reading
        /// The capture that it was made from; nil where its bytes were erased with it.
        public let capture: Capture?

        public init(reading: Reading, source: Reading, capture: Capture?) {
            self.reading = reading
            self.source = source
            self.capture = capture
        }
    }

    /// The file: `service_point,at,index_l,way,path,source,record,own_at,own_index_l,revision`.
    ///
    /// `at` and `index_l` are by the first way's clock and register, `own_at` and `own_index_l` by the second one's.
    /// `record` is the capture's key on its path.
    public func text(style: CSVStyle = .report) -> String {
        CSVTable(
            columns: [
                "service_point", "at", "index_l", "way", "path", "source", "record", "own_at", "own_index_l",
                "revision",
            ],
            rows: rows.map { row in
                [
                    .text(row.reading.point.rawValue), .text(row.reading.at.japaneseDescription),
                    .integer(row.reading.index.roundedLitres), .text("second"),
                    .text(row.capture?.path.rawValue ?? ""), .text(row.capture?.source ?? ""),
                    .text(row.capture?.key ?? ""), .text(row.source.at.japaneseDescription),
                    .integer(row.source.index.roundedLitres), .integer(Int64(row.source.revision)),
                ]
            }
        )
        .text(style: style)
    }
}
