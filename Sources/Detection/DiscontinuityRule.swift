import Metering

/// Falls and jumps of the index that nobody has explained yet, each kind once, from its first to its last.
///
/// A fall further than the pipe could have run backwards is another meter; a smaller one is water that came back.
struct DiscontinuityRule {
    private let days: Int
    private let name: String

    init(days: Int, version: Int) {
        self.days = days
        name = "discontinuity/\(version)"
    }

    func findings(in evidence: PointEvidence) -> [Finding] {
        let oldest = evidence.judgedAt - Int64(days) * 86_400
        let recent = evidence.discontinuities.filter { $0.to >= oldest }
        let kinds: [Finding.Kind] = [.unannouncedExchange, .reverseFlow, .implausibleJump]
        return kinds.compactMap { kind in
            finding(kind, of: recent.filter { self.kind(of: $0, at: evidence.point) == kind }, in: evidence)
        }
    }

    private func finding(_ kind: Finding.Kind, of group: [Discontinuity], in evidence: PointEvidence)
        -> Finding?
    {
        guard let first = group.first else { return nil }
        let amount = group.reduce(Volume.zero) { $0 + $1.amount }
        let total = max(0, evidence.dataUntil - first.from)
        let known = evidence.series.usage(in: first.from..<first.from + total).coverage
        return Finding(
            subject: .point(evidence.point.id),
            kind: kind,
            startedAt: first.from,
            dataUntil: evidence.dataUntil,
            volume: amount,
            rule: name,
            coverage: known
        )
    }

    private func kind(of discontinuity: Discontinuity, at point: ServicePoint) -> Finding.Kind {
        guard discontinuity.kind == .fall else { return .implausibleJump }
        let seconds = discontinuity.to - discontinuity.from
        let carried = point.calibre.overloadFlow.volume(inSeconds: seconds)
        return discontinuity.amount > carried ? .unannouncedExchange : .reverseFlow
    }
}
