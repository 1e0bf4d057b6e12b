import Metering

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

    /// Everything to say of `normalised`, in order of time, then of the rules.
    public func notes(on normalised: NormalisedSeries) -> [ValidationNote] {
        let notes =
            HeldOutRules(context).notes(on: normalised) + DiscontinuityRules.notes(on: normalised)
            + GapRules(settings).notes(on: normalised.series)
            + StandstillRules(settings).notes(on: normalised.series)
            + HighLowRule(settings).notes(on: normalised.series)
        return notes.sorted { a, b in
            (a.span.lowerBound, a.span.upperBound, a.rule.rawValue)
                < (b.span.lowerBound, b.span.upperBound, b.rule.rawValue)
        }
    }
}
