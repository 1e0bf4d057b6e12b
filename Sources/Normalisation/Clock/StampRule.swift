import Metering

/// How far stamps lie from where this clock usually puts them between the full hours.
///
/// A load survey stamps its values at one place: 10:00, 11:00, 12:00, or 10:30, 11:30, 12:30. Which place that is,
/// nobody is told; so it is where the first 24 stamps in a row lie within 120 s, by the interval that most of them are
/// apart. From there on:
///
/// - 11:00, 12:00, 13:04, 14:04: 240 s ahead from 13:04 on.
/// - A clock that gains 5 s an hour (10:00:00, 11:00:05, 12:00:10 ...) is usual at 60 s past, the middle of its first
///   24 stamps, and flagged from the 38th on, at 185 s past: it never becomes usual by being slow.
/// - One that leapt, and stays where it is for a week, has been set to read there: usual from then on.
///
/// Stamps without a common interval, or without a place of their own, say nothing. Nor does a clock that is off by
/// a whole interval.
struct StampRule {
    /// The interval must be that of at least half the stamps, between a quarter of an hour and a day.
    private static let intervals: ClosedRange<Int64> = 900...86_400

    private let settings: ClockSettings

    init(_ settings: ClockSettings) {
        self.settings = settings
    }

    /// - Parameter stamps: in any order; one that comes twice counts once.
    /// - Returns: one offset for each stamp from the first usual one on.
    func offsets(of stamps: [Instant]) -> [ClockOffset] {
        guard !StampRule.areOnTheHour(stamps) else { return [] }
        let stamps = Set(stamps).sorted()
        guard let interval = StampRule.interval(of: stamps), let start = usualStart(stamps, interval) else {
            return []
        }
        var usual = usualPlace(stamps[start..<start + settings.usualStamps], interval)
        var offsets: [ClockOffset] = []
        var leapt: Int?
        for stamp in stamps[start...] {
            var seconds = StampRule.way(from: usual, to: stamp, interval)
            let before = offsets.last?.seconds ?? 0
            if isOff(seconds - before) { leapt = isOff(seconds) ? offsets.count : nil }
            if let place = leapt, offsets.indices.contains(place) {
                if isOff(seconds - offsets[place].seconds) {
                    leapt = nil
                } else if stamp - offsets[place].at >= settings.settledHours * 3_600 {
                    (usual, seconds, leapt) = (stamp, 0, nil)
                }
            }
            offsets.append(ClockOffset(at: stamp, seconds: seconds))
        }
        return offsets
    }

    /// Whether they are hourly and all lie at one place, as almost all do: then none is off.
    ///
    /// A longer interval that most of them had, and an hour between the others, would take an hour and a half for each.
    private static func areOnTheHour(_ stamps: [Instant]) -> Bool {
        guard let first = stamps.min(), let last = stamps.max() else { return true }
        return last - first < Int64(stamps.count - 1) * 5_400
            && stamps.allSatisfy { ($0 - first) % 3_600 == 0 }
    }

    private func isOff(_ seconds: Int64) -> Bool { abs(seconds) > settings.flaggedSeconds }

    /// The distance that most neighbours have; nil when there is none.
    private static func interval(of stamps: [Instant]) -> Int64? {
        // Rounded to five minutes, since a clock that slides has no two distances alike.
        let apart = zip(stamps, stamps.dropFirst()).map { ($1 - $0 + 150) / 300 * 300 }
        let counts = Dictionary(grouping: apart, by: \.self).mapValues(\.count)
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            most.value * 2 >= apart.count, intervals.contains(most.key)
        else { return nil }
        return most.key
    }

    /// The first of so many stamps in a row that all lie alike.
    private func usualStart(_ stamps: [Instant], _ interval: Int64) -> Int? {
        guard stamps.count >= settings.usualStamps else { return nil }
        return (0...stamps.count - settings.usualStamps).first { start in
            stamps[start..<start + settings.usualStamps].allSatisfy {
                !isOff(StampRule.way(from: stamps[start], to: $0, interval))
            }
        }
    }

    private func usualPlace(_ stamps: ArraySlice<Instant>, _ interval: Int64) -> Instant {
        guard let first = stamps.first else { preconditionFailure("there is a usual stamp") }
        let ways = stamps.map { StampRule.way(from: first, to: $0, interval) }.sorted()
        return first + ways[ways.count / 2]
    }

    /// The shortest way from one place between two full intervals to another, in seconds.
    private static func way(from usual: Instant, to stamp: Instant, _ interval: Int64) -> Int64 {
        let past = ((stamp - usual) % interval + interval) % interval
        return past * 2 > interval ? past - interval : past
    }
}
