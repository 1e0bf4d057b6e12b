import Metering

/// An index that has not moved for two weeks at a place that used water every day before.
struct StuckMeterRule {
    private let rules: DetectionRules.Stuck
    private let name: String

    init(_ rules: DetectionRules.Stuck, version: Int) {
        self.rules = rules
        name = "stuck/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        let steps = evidence.series.steps
        guard let lastMove = steps.lastIndex(where: { $0.volume > .zero }), let newest = steps.last?.to else {
            return nil
        }
        let since = steps[lastMove].to
        guard newest - since >= rules.days * 86_400, isUsuallyUsed(before: since, in: evidence) else {
            return nil
        }
        let still = newest - since
        return Finding(
            subject: .point(evidence.point.id),
            kind: .stuckMeter,
            startedAt: since,
            dataUntil: newest,
            rule: name,
            coverage: evidence.series.usage(in: since..<since + still).coverage
        )
    }

    /// Whether at least a week is known before, and its median day used more than the rule's litres.
    private func isUsuallyUsed(before since: Instant, in evidence: PointEvidence) -> Bool {
        guard let span = evidence.series.span else { return false }
        var days: [Volume] = []
        var day = LocalDay(containing: since).advanced(by: -1)
        while day.start >= span.lowerBound, days.count < 14 {
            days.append(evidence.series.usage(in: day.start..<day.advanced(by: 1).start).volume)
            day = day.advanced(by: -1)
        }
        guard days.count >= 7 else { return false }
        return days.sorted()[days.count / 2] > .litres(rules.usualLitresPerDay)
    }
}
