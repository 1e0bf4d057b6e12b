public import Billing
public import Metering

/// Usage of service points over spans of days, with what is known of each: `report usage`.
public struct UsageReport: Hashable, Sendable {
    public let rows: [Row]

    public init(rows: [Row]) {
        self.rows = rows
    }

    /// One service point over one span of days.
    public struct Row: Hashable, Sendable {
        public let point: ServicePoint.ID
        public let total: MonthTotal
        /// How much is estimated: the part of the total that the two midnights cut out of the steps around them, and,
        /// beyond the total, what may have been used while nothing was known.
        public let estimated: Volume
        /// How long no reading told what was used when: outside the series, unexplained, or in a step longer than
        /// two reading intervals.
        public let gapSeconds: Int64
        /// Whose it is.
        public let contract: ContractSpan.State
        /// How long the point's second way alone told what was used when.
        public let secondWaySeconds: Int64

        public init(
            point: ServicePoint.ID,
            total: MonthTotal,
            estimated: Volume,
            gapSeconds: Int64,
            contract: ContractSpan.State = .unrecorded,
            secondWaySeconds: Int64 = 0
        ) {
            self.point = point
            self.total = total
            self.estimated = estimated
            self.gapSeconds = gapSeconds
            self.contract = contract
            self.secondWaySeconds = secondWaySeconds
        }

        fileprivate var isEstimateTold: Bool { total.usageLitres != nil || estimated > .zero }
    }

    /// The file: `service_point,from,to,usage_l,coverage,quality,estimated_l,gaps_h,contract,second_way_h`.
    ///
    /// `to` is exclusive. `usage_l` is empty where there is no total. `coverage` is cut to thousandths, so that 1.000
    /// means complete. `gaps_h` is rounded up to tenths, so that 0.0 means none. `estimated_l` is told also where there
    /// is no total: what is not covered is estimated from the place's own past, is never part of `usage_l`, and is gone
    /// when readings come late. `contract` is `contract`, `none` while the point is closed or suspended, or `unrecorded`
    /// where no contract was ever recorded. `second_way_h` is how much of the covered time only the second way told.
    public func text(style: CSVStyle = .report) -> String {
        table.text(style: style)
    }

    private var table: CSVTable {
        CSVTable(
            columns: [
                "service_point", "from", "to", "usage_l", "coverage", "quality", "estimated_l", "gaps_h",
                "contract", "second_way_h",
            ],
            rows: rows.map { row in
                [
                    .text(row.point.rawValue),
                    .text(row.total.from.description),
                    .text(row.total.to.description),
                    .integer(row.total.usageLitres),
                    .number(UsageReport.thousandths(row.total.coverage.permille)),
                    .text(row.total.quality.rawValue),
                    .integer(row.isEstimateTold ? row.estimated.roundedLitres : nil),
                    .number(UsageReport.hours(row.gapSeconds)),
                    .text(row.contract.hasContract.map { $0 ? "contract" : "none" } ?? "unrecorded"),
                    .number(UsageReport.hours(row.secondWaySeconds)),
                ]
            }
        )
    }

    /// 998 is 0.998, 1,000 is 1.000.
    private static func thousandths(_ permille: Int64) -> String {
        "\(permille / 1_000)." + String(permille % 1_000 + 1_000).dropFirst()
    }

    /// 0 s is 0.0, 1 s is 0.1, 5,400 s is 1.5.
    private static func hours(_ seconds: Int64) -> String {
        let tenths = (seconds + 359) / 360
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension UsageReport.Row {
    /// What `series` shows of the days: the total by Billing's rules, and how firm it is.
    ///
    /// - Parameters:
    ///   - point: whose they are.
    ///   - series: what was read.
    ///   - days: the span of the row.
    ///   - intervalSeconds: how often the point is read; steps up to twice as long are no gaps.
    ///   - proxied: what is estimated for the time of which nothing is known.
    ///   - contract: whether a contract held.
    ///   - secondWaySeconds: how long the second way alone told what was used.
    public init(
        point: ServicePoint.ID,
        series: UsageSeries,
        days: Range<LocalDay>,
        intervalSeconds: Int64 = 3_600,
        proxied: Volume = .zero,
        contract: ContractSpan.State = .unrecorded,
        secondWaySeconds: Int64 = 0
    ) {
        let span = days.lowerBound.start..<days.upperBound.start
        let total = MonthTotals(series: series).total(of: days)
        self.init(
            point: point,
            total: total,
            estimated: (total.usageLitres == nil ? .zero : Self.interpolated(series, in: span)) + proxied,
            gapSeconds: Self.gaps(series, in: span, longerThan: 2 * intervalSeconds),
            contract: contract,
            secondWaySeconds: secondWaySeconds
        )
    }

    private static func interpolated(_ series: UsageSeries, in span: Range<Instant>) -> Volume {
        let first = series.step(at: span.lowerBound)
        let last = series.step(at: span.upperBound)
        let brackets = first == last ? [first] : [first, last]
        return brackets.compactMap(\.self).filter { $0.from < span.upperBound }
            .reduce(.zero) { sum, step in
                let isCut = step.from < span.lowerBound || step.to > span.upperBound
                let part = max(step.from, span.lowerBound)..<min(step.to, span.upperBound)
                return isCut ? sum + series.usage(in: part).volume : sum
            }
    }

    private static func gaps(_ series: UsageSeries, in span: Range<Instant>, longerThan seconds: Int64)
        -> Int64
    {
        var told: Int64 = 0
        for step in series.steps[series.firstStep(endingAfter: span.lowerBound)...] {
            guard step.from < span.upperBound else { break }
            guard step.seconds <= seconds, step.kind != .unexplained else { continue }
            told += min(step.to, span.upperBound) - max(step.from, span.lowerBound)
        }
        return span.upperBound - span.lowerBound - told
    }
}
