public import Metering

/// Decides what findings do to incidents: one incident for one cause, told once.
///
/// A finding that goes on refreshes its incident. One that comes back within `reopenDays` of a recovery reopens it
/// and nobody is told again, so that a flapping valve is one mail. A finding that the data no longer show closes its
/// incident; silence shows nothing, so it closes nothing. While a burst is current, continuous flow at the same place
/// is the same water and makes no second incident.
public struct IncidentDesk: Sendable {
    public let policy: AlertPolicy

    public init(policy: AlertPolicy) {
        self.policy = policy
    }

    /// What has to change at one place.
    ///
    /// - Parameters:
    ///   - findings: everything that is wrong there now.
    ///   - known: the place's incidents: the current ones, and those closed within the last `reopenDays`.
    ///   - point: the service point; nil when the place is a path.
    ///   - now: the time of the judgement.
    /// - Returns: at most one change for each kind.
    public func changes(
        for findings: [Finding],
        known: [Incident],
        point: ServicePoint?,
        at now: Instant
    ) -> [IncidentChange] {
        var changes: [IncidentChange] = []
        let told = findings.filter { !isCovered($0, by: findings, known) }
        for finding in told {
            if let change = change(for: finding, known: known, point: point, at: now) {
                changes.append(change)
            }
        }
        let kinds = Set(findings.map(\.kind))
        for incident in known where incident.isCurrent && !kinds.contains(incident.kind) {
            changes.append(.close(incident.id, .recovered))
        }
        return changes
    }

    private func change(
        for finding: Finding,
        known: [Incident],
        point: ServicePoint?,
        at now: Instant
    ) -> IncidentChange? {
        let sameKind = known.filter { $0.kind == finding.kind }
        if let current = sameKind.first(where: \.isCurrent) {
            return current.says(finding) ? nil : .refresh(current.id, finding)
        }
        let last = sameKind.max { ($0.closedAt ?? $0.openedAt) < ($1.closedAt ?? $1.openedAt) }
        if let last, let closedAt = last.closedAt, now - closedAt <= policy.reopenSeconds {
            return last.mayReopen ? .reopen(last.id, finding) : nil
        }
        let severity = policy.severity(of: finding)
        return .open(finding, severity, mail: policy.draft(for: finding, severity, point: point, at: now))
    }

    /// Whether the finding is the same water as a burst that is there already.
    private func isCovered(_ finding: Finding, by findings: [Finding], _ known: [Incident]) -> Bool {
        guard finding.kind == .leakContinuous else { return false }
        guard !known.contains(where: { $0.isCurrent && $0.kind == .leakContinuous }) else { return false }
        return findings.contains { $0.kind == .burst } || known.contains { $0.isCurrent && $0.kind == .burst }
    }
}

extension Incident {
    /// Whether its end still lets the same finding be the same incident; a person's word that it is none stands.
    fileprivate var mayReopen: Bool {
        switch state {
        case .closed(.recovered), .closed(.repaired): true
        default: false
        }
    }

    /// Whether the finding adds nothing to what the incident says already.
    fileprivate func says(_ finding: Finding) -> Bool {
        dataUntil >= finding.dataUntil && rate == finding.rate && volume == finding.volume
            && partner == finding.partner
    }
}
