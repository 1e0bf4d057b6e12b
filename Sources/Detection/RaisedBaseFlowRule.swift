import Metering

/// A place where people are awake all night uses water in every hour; a leak there raises its quietest hour.
///
/// The quietest of the last 72 known hours must be clearly above the place's own quietest night hours before them: a
/// care home that never went below 60 L/h and has not gone below 130 L/h for three days. Where the nights before were
/// dry, any flow in all 72 hours is enough. A gap neither raises nor clears.
struct RaisedBaseFlowRule {
    private let rules: DetectionRules.ContinuousFlow
    private let name: String

    init(_ rules: DetectionRules.ContinuousFlow, version: Int) {
        self.rules = rules
        name = "raised-base-flow/\(version)"
    }

    func finding(in evidence: PointEvidence) -> Finding? {
        let steps = evidence.series.steps
        guard let window = newestHours(in: steps),
            let lowest = steps[window].filter(\.isShaped).map(\.flow).min(),
            lowest >= rules.floor(for: evidence.point.calibre),
            let usual = usualNight(in: steps[..<window.lowerBound]), isClearlyAbove(usual, lowest)
        else { return nil }
        let first = runStart(before: window.lowerBound, in: steps, above: usual)
        let started = steps[first].from
        let known = steps[first...].filter(\.isShaped).reduce(Int64(0)) { $0 + $1.seconds }
        let excess = Flow.millilitresPerHour(lowest.millilitresPerHour - usual.millilitresPerHour)
        return Finding(
            subject: .point(evidence.point.id),
            kind: .leakContinuous,
            startedAt: started,
            dataUntil: evidence.dataUntil,
            rate: excess,
            volume: excess.volume(inSeconds: evidence.dataUntil - started),
            rule: name,
            coverage: Coverage(knownSeconds: known, totalSeconds: max(known, evidence.dataUntil - started))
        )
    }

    /// The newest steps that hold as many known hours as the rule wants.
    private func newestHours(in steps: [UsageStep]) -> Range<Int>? {
        var known: Int64 = 0
        for index in steps.indices.reversed() {
            if steps[index].isShaped { known += steps[index].seconds }
            if known >= Int64(rules.otherHours) * 3_600 - 600 { return index..<steps.count }
        }
        return nil
    }

    private func usualNight(in steps: ArraySlice<UsageStep>) -> Flow? {
        let nights = NightMinimum.flows(in: steps).sorted()
        return nights.count >= rules.baselineNights ? nights[nights.count / 2] : nil
    }

    private func isClearlyAbove(_ usual: Flow, _ flow: Flow) -> Bool {
        flow.millilitresPerHour * 100 > usual.millilitresPerHour * rules.risePercent
    }

    /// How far back the flow has been clearly above the usual without a break.
    private func runStart(before index: Int, in steps: [UsageStep], above usual: Flow) -> Int {
        var first = index
        for earlier in steps[..<index].indices.reversed() where steps[earlier].isShaped {
            guard isClearlyAbove(usual, steps[earlier].flow) else { break }
            first = earlier
        }
        return first
    }
}

extension DetectionRules.ContinuousFlow {
    /// The smallest flow that counts, a little under the rule's litres, since readings come a minute early or late.
    func floor(for calibre: Calibre) -> Flow {
        let band = calibre.millimetres <= 25 ? 0 : calibre.millimetres <= 40 ? 1 : 2
        return .millilitresPerHour(floorLitresPerHour[min(band, floorLitresPerHour.count - 1)] * 900)
    }
}
