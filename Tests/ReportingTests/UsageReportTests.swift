import Billing
import Metering
import Reporting
import Testing

struct UsageReportTests {
    private static let midnight = Instant(secondsSince1970: 1_767_193_200)
    private static let newYear = LocalDay(containing: midnight)

    /// Steps of `hours` each with 10 L, from half an hour before midnight of 2026-01-01.
    private static func row(
        _ hours: [Int64],
        _ kinds: [Int: UsageStep.Kind] = [:],
        proxied: Volume = .zero
    ) -> UsageReport.Row {
        var steps: [UsageStep] = []
        for (position, hours) in hours.enumerated() {
            let from = steps.last?.to ?? midnight - 1_800
            let kind = kinds[position] ?? .normal
            steps.append(
                UsageStep(
                    from: from,
                    to: from + hours * 3_600,
                    volume: kind == .unexplained ? .zero : .litres(10),
                    kind: kind
                )
            )
        }
        return UsageReport.Row(
            point: ServicePoint.ID("S-00001"),
            series: UsageSeries(steps: steps),
            days: newYear..<newYear.advanced(by: 1),
            proxied: proxied
        )
    }

    private static func line(_ row: UsageReport.Row) -> String {
        String(UsageReport(rows: [row]).text().split(separator: "\n").last ?? "")
    }

    @Test func `the header is fixed`() {
        #expect(
            UsageReport(rows: []).text()
                == "service_point,from,to,usage_l,coverage,quality,estimated_l,gaps_h,contract,second_way_h\n"
        )
    }

    @Test func `a full day of hourly readings has no gap, and two halves of a step estimated`() {
        let row = Self.row(Array(repeating: 1, count: 25))
        #expect(Self.line(row) == "S-00001,2026-01-01,2026-01-02,240,1.000,measured,10,0.0,unrecorded,0.0")
    }

    @Test func `steps beyond two intervals are gaps, though their volume is known`() {
        let row = Self.row([2, 2, 3] + Array(repeating: 1, count: 18))
        #expect(row.gapSeconds == 3 * 3_600)
        #expect(Self.line(row) == "S-00001,2026-01-01,2026-01-02,202,1.000,measured,13,3.0,unrecorded,0.0")
    }

    @Test func `what was never read is neither covered nor told`() {
        let row = Self.row(Array(repeating: 1, count: 24))
        #expect(Self.line(row) == "S-00001,2026-01-01,2026-01-02,235,0.979,incomplete,5,0.5,unrecorded,0.0")
    }

    @Test func `a blocked day has no total and nothing estimated`() {
        let row = Self.row(Array(repeating: 1, count: 25), [3: .unexplained])
        #expect(Self.line(row) == "S-00001,2026-01-01,2026-01-02,,0.958,blocked,,1.0,unrecorded,0.0")
    }

    @Test func `what is estimated for unknown hours is told beside the total, and where there is none`() {
        let silent = Self.row(Array(repeating: 1, count: 24), proxied: .litres(7))
        #expect(
            Self.line(silent) == "S-00001,2026-01-01,2026-01-02,235,0.979,incomplete,12,0.5,unrecorded,0.0"
        )
        let blocked = Self.row(Array(repeating: 1, count: 25), [3: .unexplained], proxied: .litres(7))
        #expect(Self.line(blocked) == "S-00001,2026-01-01,2026-01-02,,0.958,blocked,7,1.0,unrecorded,0.0")
    }

    @Test func `one step over the whole day is all estimated`() {
        let row = Self.row([25])
        #expect(Self.line(row) == "S-00001,2026-01-01,2026-01-02,10,1.000,measured,10,24.0,unrecorded,0.0")
    }

    @Test(
        arguments: [
            (9_999, 10_000, "0.999"), (10_000, 10_000, "1.000"), (0, 10, "0.000"), (57, 1_000, "0.057"),
        ] as [(Int64, Int64, String)]
    )
    func `coverage is cut, never rounded up to complete`(known: Int64, total: Int64, text: String) {
        let month = MonthTotal(
            from: Self.newYear,
            to: Self.newYear,
            usageLitres: 1,
            quality: .measured,
            coverage: Coverage(knownSeconds: known, totalSeconds: total)
        )
        let row = UsageReport.Row(
            point: ServicePoint.ID("S-00001"),
            total: month,
            estimated: .zero,
            gapSeconds: 1
        )
        #expect(Self.line(row).split(separator: ",")[4] == text)
        #expect(Self.line(row).hasSuffix(",0.1,unrecorded,0.0"))
    }

    @Test(
        arguments: [
            (.unrecorded, "unrecorded"), (.contract, "contract"), (.closed, "none"), (.suspended, "none"),
        ] as [(ContractSpan.State, String)]
    )
    func `a row says whose usage it is`(state: ContractSpan.State, word: String) {
        let row = UsageReport.Row(
            point: ServicePoint.ID("S-00001"),
            series: UsageSeries(steps: []),
            days: Self.newYear..<Self.newYear.advanced(by: 1),
            contract: state
        )
        #expect(Self.line(row).hasSuffix(",\(word),0.0"))
    }
}
