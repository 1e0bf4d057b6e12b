import Metering

extension ContractSpan {
    /// The part of a series that is its own.
    ///
    /// It may begin and end within a day. The rest of such a day counts as known, and as nothing used of this contract's:
    /// turned on at 10:00, the ten hours before are no gap in what the new resident used.
    func only(_ series: UsageSeries) -> UsageSeries {
        guard from != nil || to != nil else { return series }
        var steps: [UsageStep] = []
        if let from, let padding = ContractSpan.padding(LocalDay(containing: from).start, from) {
            steps.append(padding)
        }
        steps += series.steps.compactMap { part(of: $0, in: series) }
        if let to {
            let day = LocalDay(containing: to - 1)
            if let padding = ContractSpan.padding(to, day.advanced(by: 1).start) { steps.append(padding) }
        }
        return UsageSeries(steps: steps)
    }

    private func part(of step: UsageStep, in series: UsageSeries) -> UsageStep? {
        guard let own = part(of: step.from..<step.to) else { return nil }
        guard own != step.from..<step.to else { return step }
        let volume = step.kind == .unexplained ? .zero : series.usage(in: own).volume
        return UsageStep(from: own.lowerBound, to: own.upperBound, volume: volume, kind: step.kind)
    }

    private static func padding(_ from: Instant, _ to: Instant) -> UsageStep? {
        from < to ? UsageStep(from: from, to: to, volume: .zero) : nil
    }
}
