import Metering

/// `zero-consumption` and `stuck`: an index that does not move.
///
/// Seven days of nothing are worth a note; fourteen, where the median of the days before was above 20 L, are a
/// meter that may be stuck. A gap inside that used nothing proves it too; what is unexplained ends the run.
struct StandstillRules {
    private let settings: ValidationSettings

    init(_ settings: ValidationSettings) {
        self.settings = settings
    }

    func notes(on series: UsageSeries) -> [ValidationNote] {
        runs(in: series).flatMap { run -> [ValidationNote] in
            let seconds = run.upperBound - run.lowerBound
            var notes: [ValidationNote] = []
            if seconds >= settings.zeroDays * 86_400 {
                notes.append(ValidationNote(.zeroConsumption, run, volume: .zero))
            }
            if seconds >= settings.stuckDays * 86_400,
                let usual = usualDay(before: run.lowerBound, in: series),
                usual > .litres(settings.stuckUsualLitresPerDay)
            {
                notes.append(ValidationNote(.stuck, run, volume: .zero, expected: usual * (seconds / 86_400)))
            }
            return notes
        }
    }

    private func runs(in series: UsageSeries) -> [Range<Instant>] {
        var runs: [Range<Instant>] = []
        var isOpen = false
        for step in series.steps {
            let isStill = step.volume == .zero && step.kind != .unexplained
            if isStill, isOpen, let run = runs.last, run.upperBound == step.from {
                runs[runs.count - 1] = run.lowerBound..<step.to
            } else if isStill {
                runs.append(step.from..<step.to)
            }
            isOpen = isStill
        }
        return runs
    }

    /// The median of the wholly known among the days before, up to fourteen, at least a week of them.
    private func usualDay(before instant: Instant, in series: UsageSeries) -> Volume? {
        guard let span = series.span else { return nil }
        var days: [Volume] = []
        var day = LocalDay(containing: instant).advanced(by: -1)
        while day.start >= span.lowerBound, days.count < 14 {
            let usage = series.usage(in: day.start..<day.advanced(by: 1).start)
            if usage.coverage.permille == 1_000, !usage.isUnexplained { days.append(usage.volume) }
            day = day.advanced(by: -1)
        }
        return days.count >= 7 ? days.sorted()[days.count / 2] : nil
    }
}
