import Normalisation
import Settings

/// Reads `validation.yaml`: the terms that are named there, the shipped ones for the rest.
enum SeriesTermsFile {
    static func terms(in file: SettingsFile) -> SeriesTerms {
        let root = file.root
        root.checkFormat()
        var terms = SeriesTerms.shipped
        if let version = root.integer("version", in: 1...1_000_000) { terms.version = version }
        readReadings(root, into: &terms.index)
        readExchanges(root, into: &terms.index)
        readPipe(root, into: &terms.index)
        readClock(root, into: &terms.clock)
        readNotes(root, into: &terms.validation)
        readEstimates(root, into: &terms.estimation)
        root.finish()
        return terms
    }

    private static func readReadings(_ root: Section, into terms: inout IndexSettings) {
        if let section = root.section("jitter") {
            section.take("litres", in: 0...10_000) { terms.jitterLitres = $0 }
            section.take("counts", in: 1...100) { terms.jitterCounts = $0 }
            section.finish()
        }
        if let section = root.section("spike") {
            section.take("readings", in: 1...24) { terms.spikeReadings = Int($0) }
            section.take("times_jitter", in: 1...1_000) { terms.spikeTimesJitter = $0 }
            section.take("times_usage", in: 1...1_000) { terms.spikeTimesUsage = $0 }
            section.finish()
        }
        if let section = root.section("head") {
            section.take("hours", in: 1...720) { terms.headHours = $0 }
            section.take("confirming", in: 1...24) { terms.headConfirming = Int($0) }
            section.finish()
        }
    }

    private static func readExchanges(_ root: Section, into terms: inout IndexSettings) {
        if let section = root.section("exchange") {
            section.take("reach_hours", in: 0...168) { terms.exchangeReachHours = $0 }
            section.finish()
        }
        if let section = root.section("removed_meter") {
            section.take("days", in: 0...90) { terms.removedMeterDays = $0 }
            section.take("times_jitter", in: 1...1_000) { terms.removedMeterTimesJitter = $0 }
            section.finish()
        }
    }

    private static func readPipe(_ root: Section, into terms: inout IndexSettings) {
        guard let section = root.section("pipe") else { return }
        section.take("slack_seconds", in: 0...3_600) { terms.pipeSlackSeconds = $0 }
        section.take("overload_hours", in: 1...720) { terms.overloadHours = $0 }
        section.take("times_monthly_ceiling", in: 1...100) { terms.timesMonthlyCeiling = $0 }
        terms.overloadLitresPerHour = section.byCalibre("overload_litres_per_hour", in: 1...10_000_000)
        terms.monthlyCeilingCubicMetres = section.byCalibre("monthly_ceiling_m3", in: 1...10_000_000)
        section.finish()
    }

    private static func readClock(_ root: Section, into terms: inout ClockSettings) {
        guard let section = root.section("clock") else { return }
        section.take("flagged_seconds", in: 10...1_800) { terms.flaggedSeconds = $0 }
        section.take("usual_stamps", in: 3...720) { terms.usualStamps = Int($0) }
        section.take("settled_hours", in: 24...2_400) { terms.settledHours = $0 }
        section.finish()
    }

    private static func readNotes(_ root: Section, into terms: inout ValidationSettings) {
        if let section = root.section("interval") {
            section.take("seconds", in: 60...86_400) { terms.intervalSeconds = $0 }
            section.take("prolonged_hours", in: 2...2_400) { terms.prolongedHours = $0 }
            section.finish()
        }
        if let section = root.section("standstill") {
            section.take("zero_days", in: 1...365) { terms.zeroDays = $0 }
            section.take("stuck_days", in: 1...365) { terms.stuckDays = $0 }
            section.take("usual_litres_per_day", in: 0...100_000) { terms.stuckUsualLitresPerDay = $0 }
            section.finish()
        }
        if let section = root.section("high_low") {
            section.take("high_percent", in: 101...10_000) { terms.highPercent = $0 }
            section.take("high_litres_per_month", in: 0...10_000_000) { terms.highLitresPerMonth = $0 }
            section.take("low_percent", in: 0...99) { terms.lowPercent = $0 }
            section.take("low_base_litres_per_month", in: 0...10_000_000) { terms.lowBaseLitresPerMonth = $0 }
            section.finish()
        }
    }

    private static func readEstimates(_ root: Section, into terms: inout EstimationSettings) {
        guard let section = root.section("estimation") else { return }
        section.take("shaped_seconds", in: 60...86_400) { terms.shapedSeconds = $0 }
        section.take("history_days", in: 7...365) { terms.historyDays = $0 }
        section.take("samples", in: 1...52) { terms.samples = $0 }
        section.take("known_days", in: 1...365) { terms.knownDays = $0 }
        section.finish()
    }
}

extension Section {
    fileprivate func take(_ key: String, in range: ClosedRange<Int>, into take: (Int64) -> Void) {
        if let value = integer(key, in: range) { take(Int64(value)) }
    }

    /// A section of numbers by bore: `{13: 3125, 20: 5000}`.
    fileprivate func byCalibre(_ key: String, in range: ClosedRange<Int>) -> [Int: Int64] {
        guard let table = section(key) else { return [:] }
        var values: [Int: Int64] = [:]
        for bore in table.keys {
            let value = table.integer(bore, in: range)
            guard let millimetres = Int(bore), (10...1_000).contains(millimetres) else {
                table.problem(
                    at: bore,
                    .other(english: "a bore of 10 to 1,000 mm", japanese: "10から1,000mmの口径"),
                    found: "'\(bore)'"
                )
                continue
            }
            values[millimetres] = value.map(Int64.init)
        }
        table.finish()
        return values
    }
}
