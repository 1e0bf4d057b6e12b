import Metering

/// A clock that has been off for a day and is off still: somebody should set it.
///
/// No water is wrong for it, so it is maintenance. Off from 10:00 on: told with the stamp of 10:00 of the next day.
struct ClockDriftRule {
    private let hours: Int64
    private let name: String

    init(hours: Int64, version: Int) {
        self.hours = hours
        name = "clock-drift/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        let lasting = evidence.clockDrifts.filter { !$0.isOver && $0.lastedSeconds >= hours * 3_600 }
        guard let from = lasting.map(\.from).min(), let to = lasting.map(\.to).max() else { return nil }
        return Finding(
            subject: .point(evidence.point.id),
            kind: .clockDrift,
            startedAt: from,
            dataUntil: max(to, evidence.dataUntil),
            rule: name,
            coverage: evidence.series.usage(in: from..<max(to, from)).coverage
        )
    }
}
