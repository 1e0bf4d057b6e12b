import Metering

/// Midnight of a day and some hours more, Japan's time: `moment("2026-02-01", hours: -1)`.
func moment(_ day: String, hours: Int64 = 0, seconds: Int64 = 0) -> Instant {
    let start = LocalDay(day)?.start ?? Instant(secondsSince1970: 0)
    return start + (hours * 3_600 + seconds)
}

func days(_ from: String, _ to: String) -> Range<LocalDay> {
    (LocalDay(from) ?? LocalDay(daysSince1970: 0))..<(LocalDay(to) ?? LocalDay(daysSince1970: 0))
}

/// A series through these readings, in millilitres; nil volumes are unexplained.
func series(_ points: [(at: Instant, millilitres: Int64)], unexplained: Set<Int> = []) -> UsageSeries {
    UsageSeries(
        steps: zip(points, points.dropFirst()).enumerated().map { position, pair in
            let isUnexplained = unexplained.contains(position)
            return UsageStep(
                from: pair.0.at,
                to: pair.1.at,
                volume: isUnexplained ? .zero : .millilitres(pair.1.millilitres - pair.0.millilitres),
                kind: isUnexplained ? .unexplained : .normal
            )
        }
    )
}
