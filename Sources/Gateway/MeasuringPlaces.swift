import Metering

/// Where a meter's values belong in time, told from those that came; and which of the places are empty.
///
/// - Values at 0:30, 1:30, 3:30: every hour at half past, and 2:30 is empty.
/// - 0:00, 0:30, 1:00, 2:00, 2:30: every half hour, and 1:30 is empty.
/// - 0:00:00, 0:59:57, 2:00:01: every hour; nothing is empty, since places are as wide as half an interval each way.
///
/// Where nothing came, the places are the full hours, as the contract has them. A longer interval than an hour is none:
/// the values between are missing.
struct MeasuringPlaces {
    private static let longestSeconds: Int64 = 3_600
    private static let shortestSeconds: Int64 = 300

    /// The empty ones after the beginning of the span and up to its end, in order.
    let empty: [Instant]

    /// - Parameters:
    ///   - values: instants of which a value came.
    ///   - start: where the span begins; a value there belongs to what was before.
    ///   - end: where it ends; a place there belongs to it.
    init(of values: Set<Instant>, from start: Instant, to end: Instant) {
        let values = values.filter { start <= $0 && $0 <= end }.sorted()
        guard let first = values.first, let last = values.last else {
            let hours = max(0, end - start) / MeasuringPlaces.longestSeconds
            empty = (0..<hours).map { start + ($0 + 1) * MeasuringPlaces.longestSeconds }
            return
        }
        let interval = MeasuringPlaces.interval(of: values)
        let before = stride(from: first - interval, until: start, by: -interval).reversed()
        let between = zip(values, values.dropFirst()).flatMap { a, b in
            let steps = (b - a + interval / 2) / interval
            return steps > 1 ? (1..<steps).map { a + $0 * interval } : []
        }
        let after = stride(from: last + interval, through: end, by: interval)
        empty = before + between + after
    }

    /// The distance that most neighbours have, within five minutes to an hour; an hour when none is that short.
    private static func interval(of values: [Instant]) -> Int64 {
        // Rounded to five minutes, for stamps a few seconds off.
        let apart = zip(values, values.dropFirst()).map {
            ($1 - $0 + shortestSeconds / 2) / shortestSeconds * shortestSeconds
        }
        let counts = Dictionary(grouping: apart, by: \.self).mapValues(\.count)
        let most = counts.filter { (shortestSeconds...longestSeconds).contains($0.key) }
            .max { ($0.value, $1.key) < ($1.value, $0.key) }
        return most?.key ?? longestSeconds
    }
}

/// The instants from one on, by a pace, that lie before an end.
private func stride(from: Instant, until end: Instant, by pace: Int64) -> [Instant] {
    Swift.stride(from: from.secondsSince1970, to: end.secondsSince1970, by: Int64.Stride(pace))
        .map { Instant(secondsSince1970: $0) }
}

private func stride(from: Instant, through end: Instant, by pace: Int64) -> [Instant] {
    Swift.stride(from: from.secondsSince1970, through: end.secondsSince1970, by: Int64.Stride(pace))
        .map { Instant(secondsSince1970: $0) }
}
