public import Metering

/// How a meter's clock stands, and how it moves: told from stamps that were asked for and answered at once.
///
/// Stamps that are 5, 15 and 25 s ahead on three days following each other: 25 s ahead of the newest answer, gaining
/// 10 s a day. Medians, so that one stamp after a power cut moves neither.
public struct ClockDrift: Hashable, Sendable {
    /// How far ahead the clock is at the newest stamp; negative when it is behind.
    public let aheadSeconds: Int64
    /// How much it gains in a day, rounded towards zero; zero where the stamps span less than a day.
    public let gainSecondsPerDay: Int64

    /// Nil when there is no stamp.
    ///
    /// - Parameter stamps: in any order.
    public init?(of stamps: [(own: Instant, answered: Instant)]) {
        let ordered = stamps.sorted { ($0.answered, $0.own) < ($1.answered, $1.own) }
        guard let first = ordered.first, let last = ordered.last else { return nil }
        let offsets = ordered.map { $0.own - $0.answered }
        let part = max(1, offsets.count / 4)
        let newest = ClockDrift.median(offsets.suffix(part))
        aheadSeconds = newest
        let span = last.answered - first.answered
        guard span >= 86_400 else {
            gainSecondsPerDay = 0
            return
        }
        // The medians stand in the middle of their quarters.
        let apart = ordered[offsets.count - 1 - (part - 1) / 2].answered - ordered[(part - 1) / 2].answered
        let gain = newest - ClockDrift.median(offsets.prefix(part))
        gainSecondsPerDay = apart > 0 ? gain * 86_400 / apart : 0
    }

    private static func median(_ values: ArraySlice<Int64>) -> Int64 {
        let ordered = values.sorted()
        return ordered[ordered.count / 2]
    }
}
