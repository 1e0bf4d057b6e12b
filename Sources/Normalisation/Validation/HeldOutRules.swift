import Metering

/// `spike`, `removed-meter` and `exchange-time`: what normalisation left out of the series or moved.
///
/// A spike at 11:00 between trusted readings of 10:00 and 12:00 is a note on 10:00 to 12:00. An exchange noted for
/// 13:18 that the indexes show at 16:00 is a note on 13:18 to 16:00.
struct HeldOutRules {
    private let context: SeriesContext

    init(_ context: SeriesContext) {
        self.context = context
    }

    func notes(on normalised: NormalisedSeries) -> [ValidationNote] {
        let spikes = normalised.spikes.map { ValidationNote(.spike, around($0, in: normalised.series)) }
        let strays = normalised.strays.map {
            ValidationNote(.removedMeter, around($0, in: normalised.series))
        }
        return spikes + strays + moved(normalised)
    }

    private func around(_ instant: Instant, in series: UsageSeries) -> Range<Instant> {
        series.step(at: instant).map { $0.from..<$0.to } ?? instant..<instant + 1
    }

    private func moved(_ normalised: NormalisedSeries) -> [ValidationNote] {
        zip(context.exchanges, normalised.placements(of: context.exchanges)).compactMap { noted, placed in
            guard placed != noted.at else { return nil }
            return ValidationNote(.exchangeTime, min(noted.at, placed)..<max(noted.at, placed))
        }
    }
}

extension NormalisedSeries {
    /// Where the indexes show each of the announced exchanges; at its noted time when it was not placed.
    fileprivate func placements(of noted: [MeterExchange]) -> [Instant] {
        noted.map { exchange in
            exchanges.first {
                ($0.newMeter, $0.closing, $0.opening) == (
                    exchange.newMeter, exchange.closing, exchange.opening
                )
            }?.at ?? exchange.at
        }
    }
}
