public import Metering

/// Asks every validation rule about one series.
///
/// Notes are for people and reports. They change nothing: what is no evidence was left out when the series was
/// made, and what is wrong at the place is for Detection to find.
public struct Validation: Sendable {
    private let context: SeriesContext
    private let settings: ValidationSettings

    /// - Parameters:
    ///   - context: the one that the series was made with.
    ///   - settings: the thresholds.
    public init(_ context: SeriesContext, settings: ValidationSettings = .shipped) {
        self.context = context
        self.settings = settings
    }

    /// Everything to say of a series.
    ///
    /// - Parameters:
    ///   - normalised: the series.
    ///   - clock: where the clock that stamps it was off (`ClockRule`).
    /// - Returns: notes in order of time, then of the rules.
    public func notes(on normalised: NormalisedSeries, clock: [ClockDrift] = []) -> [ValidationNote] {
        let notes =
            HeldOutRules(context).notes(on: normalised) + DiscontinuityRules.notes(on: normalised)
            + GapRules(settings).notes(on: normalised.series)
            + StandstillRules(settings).notes(on: normalised.series)
            + HighLowRule(settings).notes(on: normalised.series)
            + clock.map { ValidationNote(.clockDrift, $0.from..<$0.to + 1, seconds: $0.seconds) }
        return notes.sorted { a, b in
            (a.span.lowerBound, a.span.upperBound, a.rule.rawValue)
                < (b.span.lowerBound, b.span.upperBound, b.rule.rawValue)
        }
    }
}
