import Metering
import Synchronization

/// What one place uses by habit, from the first day on, without end; computed a day at a time and kept.
final class PlaceHistory: Sendable {
    /// How many days' curves are kept; older ones are computed again.
    private static let mostCurves = 200

    private let pattern: DailyPattern
    private let stream: String
    private let seed: UInt64
    private let firstDay: LocalDay
    private let cache = Mutex(Cache())

    private struct Cache {
        /// Millilitres used before each day, from the first on.
        var before: [Int64] = [0]
        var curves: [Int: DayCurve] = [:]
    }

    init(_ pattern: DailyPattern, stream: String, seed: UInt64, from firstDay: LocalDay) {
        self.pattern = pattern
        self.stream = stream
        self.seed = seed
        self.firstDay = firstDay
    }

    /// What was used from the first day's midnight to `instant`; zero before.
    func used(until instant: Instant) -> Volume {
        let seconds = instant - firstDay.start
        guard seconds > 0 else { return .zero }
        let (day, second) = Int(seconds).quotientAndRemainder(dividingBy: 86_400)
        return cache.withLock { cache in
            .millilitres(before(day, &cache) + curve(day, &cache).used(before: second))
        }
    }

    private func before(_ day: Int, _ cache: inout Cache) -> Int64 {
        while cache.before.count <= day {
            let last = cache.before.count - 1
            cache.before.append(cache.before[last] + curve(last, &cache).total)
        }
        return cache.before[day]
    }

    private func curve(_ day: Int, _ cache: inout Cache) -> DayCurve {
        if let known = cache.curves[day] { return known }
        if cache.curves.count >= PlaceHistory.mostCurves { cache.curves = [:] }
        let uses = pattern.uses(on: firstDay.advanced(by: day), stream: stream, seed: seed)
        let curve = DayCurve(uses)
        cache.curves[day] = curve
        return curve
    }
}
