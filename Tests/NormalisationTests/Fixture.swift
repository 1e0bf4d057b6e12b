import Metering
import Normalisation

/// Readings on the hour from midnight of 2026-01-01, in litres; nil where none came.
func hourly(_ litres: [Int64?]) -> [Reading] {
    litres.enumerated().compactMap { hour, litres in
        litres.map { reading(Int64(hour) * 3_600, $0) }
    }
}

func reading(
    _ seconds: Int64,
    _ litres: Int64,
    quality: ReadingQuality = .measured,
    revision: Int = 1
) -> Reading {
    Reading(
        point: ServicePoint.ID("S-00001"),
        at: instant(seconds),
        index: .litres(litres),
        quality: quality,
        revision: revision
    )
}

/// Seconds since midnight of 2026-01-01, Japan's time.
func instant(_ seconds: Int64) -> Instant {
    Instant(secondsSince1970: 1_767_193_200 + seconds)
}

func exchange(at seconds: Int64, closing: Int64, opening: Int64) -> MeterExchange {
    MeterExchange(
        point: ServicePoint.ID("S-00001"),
        at: instant(seconds),
        closing: .litres(closing),
        opening: .litres(opening),
        newMeter: Meter.ID("N-\(seconds)")
    )
}

/// A 13 mm meter (at most 3,387 L between hourly readings) with a dial of 10,000 m3 and counts of 1 L, if not said.
func normalised(
    _ readings: [Reading],
    exchanges: [MeterExchange] = [],
    invalid: [Range<Instant>] = [],
    capacity: Int64 = 10_000_000,
    resolution: Int64 = 1
) -> NormalisedSeries {
    SeriesNormaliser(
        context(exchanges: exchanges, invalid: invalid, capacity: capacity, resolution: resolution)
    ).normalise(readings)
}

/// What is known of that meter.
func context(
    exchanges: [MeterExchange] = [],
    invalid: [Range<Instant>] = [],
    capacity: Int64 = 10_000_000,
    resolution: Int64 = 1
) -> SeriesContext {
    SeriesContext(
        dial: Dial(capacity: .litres(capacity), resolution: .litres(resolution)),
        calibre: Calibre(millimetres: 13),
        exchanges: exchanges,
        invalid: invalid
    )
}

/// A series of hours with these litres, from midnight of 2026-01-01.
func hours(_ litres: [Int64]) -> UsageSeries {
    UsageSeries(
        steps: litres.enumerated().map { hour, litres in
            let from = instant(Int64(hour) * 3_600)
            return UsageStep(from: from, to: from + 3_600, volume: .litres(litres))
        }
    )
}

extension NormalisedSeries {
    /// The volumes of the steps in litres; nil for unexplained ones.
    var litres: [Int64?] {
        series.steps.map { $0.kind == .unexplained ? nil : $0.volume.millilitres / 1_000 }
    }

    var total: Volume {
        series.steps.reduce(.zero) { $0 + $1.volume }
    }

    /// `fall 15` for each discontinuity.
    var causes: [String] {
        discontinuities.map { "\($0.kind) \($0.amount.millilitres / 1_000)" }
    }
}
