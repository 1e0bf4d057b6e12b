import Detection
import Settings

/// Reads `detection.yaml`: the thresholds that are named there, the shipped ones for the rest.
enum DetectionRulesFile {
    static func rules(in file: SettingsFile) -> DetectionRules {
        let root = file.root
        root.checkFormat()
        var rules = DetectionRules.shipped
        if let version = root.integer("version", in: 1...1_000_000) { rules.version = version }
        if let section = root.section("continuous_flow") { read(section, into: &rules.continuousFlow) }
        if let section = root.section("burst") { read(section, into: &rules.burst) }
        if let section = root.section("no_data") {
            section.read("silent_hours", in: 1...2_400) { rules.noData.silentHours = Int64($0) }
            section.finish()
        }
        if let section = root.section("stuck") {
            section.read("days", in: 1...365) { rules.stuck.days = Int64($0) }
            section.read("usual_litres_per_day", in: 0...100_000) {
                rules.stuck.usualLitresPerDay = Int64($0)
            }
            section.finish()
        }
        if let section = root.section("clock_drift") {
            section.read("hours", in: 1...720) { rules.clockHours = Int64($0) }
            section.finish()
        }
        root.read("discontinuity_days", in: 1...365) { rules.discontinuityDays = $0 }
        root.finish()
        return rules
    }

    private static func read(_ section: Section, into rule: inout DetectionRules.ContinuousFlow) {
        var rules = rule
        section.read("dwelling_hours", in: 6...720) { rules.dwellingHours = $0 }
        section.read("vacant_hours", in: 3...720) { rules.vacantHours = $0 }
        section.read("other_hours", in: 6...720) { rules.otherHours = $0 }
        section.read("coarse_hours", in: 6...720) { rules.coarseHours = $0 }
        section.read("coarse_zero_hours", in: 0...23) { rules.coarseZeroHours = $0 }
        section.read("rise_percent", in: 100...10_000) { rules.risePercent = Int64($0) }
        section.read("baseline_nights", in: 3...28) { rules.baselineNights = $0 }
        section.read("memory_hours", in: 1...168) { rules.memoryHours = Int64($0) }
        if let floors = section.integers("floor_litres_per_hour", in: 1...100_000) {
            if floors.count == 3 {
                rules.floorLitresPerHour = floors.map(Int64.init)
            } else {
                section.problem(
                    at: "floor_litres_per_hour",
                    .other(
                        english: "three numbers: up to 25 mm, up to 40 mm, above",
                        japanese: "25mm以下・40mm以下・それ以上の三つの数"
                    )
                )
            }
        }
        section.finish()
        rule = rules
    }

    private static func read(_ section: Section, into rule: inout DetectionRules.Burst) {
        var rules = rule
        section.read("percent_of_permanent_flow", in: 1...200) { rules.percentOfPermanentFlow = Int64($0) }
        section.read("times_usual_peak", in: 1...100) { rules.timesUsualPeak = Int64($0) }
        section.read("hours", in: 1...48) { rules.hours = Int64($0) }
        section.read("baseline_hours", in: 24...672) { rules.baselineHours = $0 }
        section.read("memory_hours", in: 1...168) { rules.memoryHours = Int64($0) }
        section.finish()
        rule = rules
    }
}

extension Section {
    fileprivate func read(_ key: String, in range: ClosedRange<Int>, into take: (Int) -> Void) {
        if let value = integer(key, in: range) { take(value) }
    }
}
