import Metering

/// Two ways to one meter that do not tell the same, meters that are crossed, and a way that fell silent beside the
/// other.
///
/// Nothing of it changes the series, which is the first way's; a person has to look at the equipment.
struct WayRule {
    private let rules: DetectionRules
    private let name: String

    init(_ rules: DetectionRules) {
        self.rules = rules
        name = "ways/\(rules.version)"
    }

    func findings(in evidence: PointEvidence) -> [Finding] {
        guard let ways = evidence.ways else { return [] }
        return [contradiction(ways, evidence), silence(ways, evidence)].compactMap(\.self)
    }

    /// As long as a fall that nobody explained stays a finding.
    private func contradiction(_ ways: WayEvidence, _ evidence: PointEvidence) -> Finding? {
        guard let found = ways.disagreement,
            found.span.upperBound >= evidence.judgedAt - Int64(rules.discontinuityDays) * 86_400
        else { return nil }
        return Finding(
            subject: .point(evidence.point.id),
            kind: ways.partner == nil ? .waysDisagree : .crossedMeters,
            startedAt: found.span.lowerBound,
            dataUntil: found.span.upperBound,
            volume: found.by,
            rule: name,
            coverage: evidence.series.usage(in: found.span).coverage,
            partner: ways.partner
        )
    }

    /// One that is silent while the other is not; both together are no data at all.
    private func silence(_ ways: WayEvidence, _ evidence: PointEvidence) -> Finding? {
        // A way that never brought anything is silent since the other began.
        let begun = evidence.series.span?.lowerBound
        let silent = ways.ways.filter {
            isSilent($0, since: $0.lastReadingAt ?? begun, at: evidence.judgedAt)
        }
        guard silent.count == 1, ways.ways.count > 1, let since = silent.first?.lastReadingAt ?? begun
        else { return nil }
        return Finding(
            subject: .point(evidence.point.id),
            kind: .waySilent,
            startedAt: since,
            dataUntil: since,
            rule: name,
            coverage: Coverage(knownSeconds: 0, totalSeconds: max(0, evidence.judgedAt - since))
        )
    }

    private func isSilent(_ way: WayEvidence.Way, since last: Instant?, at now: Instant) -> Bool {
        guard let last else { return true }
        return now - last > rules.noData.silentHours * 3_600 + way.expectedDelaySeconds
    }
}
