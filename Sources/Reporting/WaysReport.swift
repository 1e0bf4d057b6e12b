public import Metering

/// How the two ways of service points stand to each other: `report ways`.
public struct WaysReport: Hashable, Sendable {
    public let rows: [Row]

    public init(rows: [Row]) {
        self.rows = rows
    }

    /// One service point that has two ways.
    public struct Row: Hashable, Sendable {
        public let point: ServicePoint.ID
        /// What the first way is, as `line line-a unit 3`.
        public let first: String
        public let second: String
        /// `unknown`, `agree`, `offset`, `skewed` or `disagree`.
        public let verdict: String
        /// How far the second register is above the first; nil when unknown.
        public let offset: Volume?
        /// How far the second clock is ahead.
        public let skewSeconds: Int64
        /// By how much they disagree at the most; nil where they do not.
        public let apart: Volume?
        /// Hours that the first way lacks and the second has.
        public let missingOnFirst: Int
        /// Hours that the second way lacks and the first has.
        public let missingOnSecond: Int
        /// Hours that the second way filled in.
        public let filled: Int

        public init(
            point: ServicePoint.ID,
            first: String,
            second: String,
            verdict: String,
            offset: Volume?,
            skewSeconds: Int64,
            apart: Volume?,
            missingOnFirst: Int,
            missingOnSecond: Int,
            filled: Int
        ) {
            self.point = point
            self.first = first
            self.second = second
            self.verdict = verdict
            self.offset = offset
            self.skewSeconds = skewSeconds
            self.apart = apart
            self.missingOnFirst = missingOnFirst
            self.missingOnSecond = missingOnSecond
            self.filled = filled
        }
    }

    /// The file: `service_point,first,second,verdict,offset_l,skew_s,apart_l,missing_first,missing_second,filled`.
    ///
    /// `offset_l` is empty where too little is known of both, `apart_l` where nothing disagrees. The last three count
    /// readings.
    public func text(style: CSVStyle = .report) -> String {
        CSVTable(
            columns: [
                "service_point", "first", "second", "verdict", "offset_l", "skew_s", "apart_l",
                "missing_first", "missing_second", "filled",
            ],
            rows: rows.map { row in
                [
                    .text(row.point.rawValue), .text(row.first), .text(row.second), .text(row.verdict),
                    .integer(row.offset?.roundedLitres), .integer(row.skewSeconds),
                    .integer(row.apart?.roundedLitres), .integer(Int64(row.missingOnFirst)),
                    .integer(Int64(row.missingOnSecond)), .integer(Int64(row.filled)),
                ]
            }
        )
        .text(style: style)
    }
}
