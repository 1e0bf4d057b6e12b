public import Metering

/// Asks every rule about one service point.
///
/// What it finds is a function of the evidence alone: the same series gives the same findings, whatever was found
/// before, and a finding goes away when the data no longer show it.
public struct Detector: Sendable {
    private let rules: DetectionRules

    public init(rules: DetectionRules = .shipped) {
        self.rules = rules
    }

    /// Everything that is wrong at the point now, at most one finding of a kind.
    public func findings(in evidence: PointEvidence) -> [Finding] {
        let found = [
            burst(in: evidence), continuousFlow(in: evidence), noData(in: evidence), stuckMeter(in: evidence),
            clockDrift(in: evidence),
        ]
        return found.compactMap(\.self) + discontinuityFindings(in: evidence)
            + WayRule(rules).findings(in: evidence)
    }

    private func burst(in evidence: PointEvidence) -> Finding? {
        BurstRule(rules.burst, version: rules.version).finding(in: evidence)
    }

    private func continuousFlow(in evidence: PointEvidence) -> Finding? {
        guard evidence.point.useClass.isDwelling || evidence.point.isEmpty else {
            return RaisedBaseFlowRule(rules.continuousFlow, version: rules.version).finding(in: evidence)
        }
        return ContinuousFlowRule(rules.continuousFlow, version: rules.version).finding(in: evidence)
    }

    private func noData(in evidence: PointEvidence) -> Finding? {
        NoDataRule(rules.noData, version: rules.version).finding(in: evidence)
    }

    private func stuckMeter(in evidence: PointEvidence) -> Finding? {
        StuckMeterRule(rules.stuck, version: rules.version).finding(in: evidence)
    }

    private func clockDrift(in evidence: PointEvidence) -> Finding? {
        ClockDriftRule(hours: rules.clockHours, version: rules.version).finding(in: evidence)
    }

    private func discontinuityFindings(in evidence: PointEvidence) -> [Finding] {
        DiscontinuityRule(days: rules.discontinuityDays, version: rules.version).findings(in: evidence)
    }
}
