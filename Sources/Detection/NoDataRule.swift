import Metering

/// A service point from which nothing has come for longer than its path's own delay explains.
struct NoDataRule {
    private let rules: DetectionRules.NoData
    private let name: String

    init(_ rules: DetectionRules.NoData, version: Int) {
        self.rules = rules
        name = "no-data/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        guard let last = evidence.lastReadingAt else { return nil }
        let silent = evidence.judgedAt - last
        guard silent > rules.silentHours * 3_600 + evidence.expectedDelaySeconds else { return nil }
        return Finding(
            subject: .point(evidence.point.id),
            kind: .noData,
            startedAt: last,
            dataUntil: last,
            rule: name,
            coverage: Coverage(knownSeconds: 0, totalSeconds: silent)
        )
    }
}
