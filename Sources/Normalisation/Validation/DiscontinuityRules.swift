import Metering

/// `negative` and `pipe`: what only a person can explain, with how far the index fell or rose.
enum DiscontinuityRules {
    static func notes(on normalised: NormalisedSeries) -> [ValidationNote] {
        normalised.discontinuities.map {
            ValidationNote($0.kind == .fall ? .negative : .pipe, $0.from..<$0.to, volume: $0.amount)
        }
    }
}
