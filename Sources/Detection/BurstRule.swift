import Metering

/// A broken pipe: hours in a row at a large part of what the meter can carry, and far above the place's own peaks.
///
/// 13 mm (Q3 2,500 L/h): two hours of 625 L/h and more, where 95 of 100 hours use less than 125 L.
struct BurstRule {
    private let rules: DetectionRules.Burst
    private let name: String

    init(_ rules: DetectionRules.Burst, version: Int) {
        self.rules = rules
        name = "burst/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        let steps = evidence.series.steps
        guard let newest = steps.last?.to,
            let run = newestRun(in: steps, atLeast: floor(for: evidence.point.calibre), until: newest),
            isFarAboveUsual(run, in: steps)
        else { return nil }
        let volume = steps[run].reduce(Volume.zero) { $0 + $1.volume }
        let known = steps[run].reduce(Int64(0)) { $0 + $1.seconds }
        let started = steps[run.lowerBound].from
        return Finding(
            subject: .point(evidence.point.id),
            kind: .burst,
            startedAt: started,
            dataUntil: evidence.dataUntil,
            rate: steps[run].map(\.flow).min(),
            volume: volume,
            rule: name,
            coverage: Coverage(
                knownSeconds: known,
                totalSeconds: max(known, steps[run.upperBound - 1].to - started)
            )
        )
    }

    private func floor(for calibre: Calibre) -> Flow {
        .millilitresPerHour(calibre.permanentFlow.millilitresPerHour * rules.percentOfPermanentFlow / 100)
    }

    /// The newest run of enough hours at `floor` or more that ended within the rule's memory.
    private func newestRun(in steps: [UsageStep], atLeast floor: Flow, until newest: Instant) -> Range<Int>? {
        var end = steps.count
        while end > 0, newest - steps[end - 1].to <= rules.memoryHours * 3_600 {
            var start = end
            while start > 0, steps[start - 1].isShaped, steps[start - 1].flow >= floor { start -= 1 }
            let seconds = start < end ? steps[end - 1].to - steps[start].from : 0
            if seconds >= rules.hours * 3_600 - 300 { return start..<end }
            end = min(start, end - 1)
        }
        return nil
    }

    /// By the mean of the run: its first and last hours may hold the burst only in part.
    private func isFarAboveUsual(_ run: Range<Int>, in steps: [UsageStep]) -> Bool {
        let before = steps[..<run.lowerBound].filter(\.isShaped).map(\.flow).sorted()
        guard before.count >= rules.baselineHours else { return false }
        let volume = steps[run].reduce(Volume.zero) { $0 + $1.volume }
        let seconds = steps[run].reduce(Int64(0)) { $0 + $1.seconds }
        let peak = before[before.count * 95 / 100]
        let mean = Flow.moving(volume, inSeconds: seconds)
        return mean.millilitresPerHour >= peak.millilitresPerHour * rules.timesUsualPeak
    }
}
