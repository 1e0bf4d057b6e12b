import Metering

/// Water that never stops: every known hour of a long window shows flow.
///
/// A home uses nothing in some hour of most nights, so 40 h without such an hour are a suspected leak. A gap neither
/// raises nor clears: hours inside it count for nothing, and the run goes on behind it, unless the whole gap used
/// nothing, which proves that the flow had stopped.
///
/// A register that counts in 10 L shows a leak of 5 L/h as a count every second hour; there a run ends only with more
/// hours without a count than such a leak can leave, and has to last 72 h, since a home's own counts fill many hours.
///
/// For homes and empty places; where people are awake all night, `RaisedBaseFlowRule` judges.
struct ContinuousFlowRule {
    private let rules: DetectionRules.ContinuousFlow
    private let name: String

    init(_ rules: DetectionRules.ContinuousFlow, version: Int) {
        self.rules = rules
        name = "continuous-flow/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        guard let run = newestRun(in: evidence), run.knownSeconds >= windowSeconds(for: evidence) else {
            return nil
        }
        let total = evidence.dataUntil - run.startedAt
        return Finding(
            subject: .point(evidence.point.id),
            kind: .leakContinuous,
            startedAt: run.startedAt,
            dataUntil: evidence.dataUntil,
            rate: run.rate,
            volume: run.rate.volume(inSeconds: run.endedAt - run.startedAt),
            rule: name,
            coverage: Coverage(knownSeconds: min(run.knownSeconds, total), totalSeconds: total)
        )
    }

    /// Hours that all show flow, one after the other.
    private struct Run {
        var startedAt: Instant
        let endedAt: Instant
        var knownSeconds: Int64
        /// Newest first.
        var flows: [Flow]

        /// The smallest flow of the run; its first and last hour may hold the flow only in part and don't count.
        var rate: Flow {
            let whole = flows.count > 2 ? flows.dropFirst().dropLast() : flows[...]
            return whole.min() ?? .zero
        }
    }

    /// The run that reaches the newest data, or ended so recently that it has to be told still.
    private func newestRun(in evidence: PointEvidence) -> Run? {
        let steps = evidence.series.steps
        guard let newest = steps.last?.to else { return nil }
        var end = steps.count
        while end > 0, newest - steps[end - 1].to <= rules.memoryHours * 3_600 {
            if let run = run(endingBefore: end, in: evidence),
                run.knownSeconds >= windowSeconds(for: evidence)
            {
                return run
            }
            end = previousEnd(before: end, in: evidence)
        }
        return nil
    }

    /// The end of the next older run: before the newest step without flow that lies before `end`.
    private func previousEnd(before end: Int, in evidence: PointEvidence) -> Int {
        let steps = evidence.series.steps
        var index = end - 1
        while index > 0, shows(steps[index], evidence) == .flow { index -= 1 }
        return index
    }

    private func run(endingBefore end: Int, in evidence: PointEvidence) -> Run? {
        let steps = evidence.series.steps
        let quietLimit = quietSecondsAllowed(evidence)
        var run: Run?
        var quiet: Int64 = 0
        for index in stride(from: end - 1, through: 0, by: -1) {
            let step = steps[index]
            switch shows(step, evidence) {
            case .unknown: continue
            case .flow:
                extend(&run, by: step, quiet: quiet)
                quiet = 0
            case .none:
                quiet += step.seconds
                if quiet > quietLimit { return run }
            }
        }
        return run
    }

    private func extend(_ run: inout Run?, by step: UsageStep, quiet: Int64) {
        let flow = Flow.moving(step.volume, inSeconds: step.seconds + quiet)
        guard var extended = run else {
            run = Run(
                startedAt: step.from,
                endedAt: step.to,
                knownSeconds: step.seconds,
                flows: [step.flow]
            )
            return
        }
        extended.startedAt = step.from
        extended.knownSeconds += step.seconds + quiet
        extended.flows.append(flow)
        run = extended
    }

    private enum Evidence {
        case flow, none, unknown
    }

    private func shows(_ step: UsageStep, _ evidence: PointEvidence) -> Evidence {
        if step.kind == .unexplained { return .unknown }
        if step.volume == .zero { return .none }
        guard step.isShaped else { return .unknown }
        if isCoarse(evidence) { return .flow }
        return step.flow >= rules.floor(for: evidence.point.calibre) ? .flow : .none
    }

    private func quietSecondsAllowed(_ evidence: PointEvidence) -> Int64 {
        isCoarse(evidence) ? Int64(rules.coarseZeroHours) * 3_600 + 600 : 0
    }

    private func windowSeconds(for evidence: PointEvidence) -> Int64 {
        let hours =
            evidence.point.isEmpty
            ? rules.vacantHours : isCoarse(evidence) ? rules.coarseHours : rules.dwellingHours
        return Int64(hours) * 3_600
    }

    /// Whether one count is more than the smallest leaks let through in some hours.
    private func isCoarse(_ evidence: PointEvidence) -> Bool {
        evidence.dial.resolution > .litres(5)
    }
}
