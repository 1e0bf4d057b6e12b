import Metering

/// How far the second path's clock is ahead of the first one's: where their shapes lie best on each other.
///
/// Indexes 500, 510, 560 L at 10:00, 11:00, 12:00 on one path, at 10:09, 11:09, 12:09 on the other: 540 s. Every
/// shift is tried, coarsely and then to the second, and the one with the smallest sum of differences is taken, when
/// it halves that of no shift at all; of equal ones the smallest shift. Water that never flows tells nothing: 0 s.
/// Nor does a gap, inside which the first path has no shape.
struct ClockSkew {
    static let coarseSeconds: Int64 = 120
    static let fineSeconds: Int64 = 10

    private let first: PathTrace
    private let second: PathTrace
    private let settings: ReconciliationSettings

    init(_ first: PathTrace, _ second: PathTrace, _ settings: ReconciliationSettings) {
        self.first = first
        self.second = second
        self.settings = settings
    }

    /// In seconds; positive when the second path's stamps are later.
    var seconds: Int64 {
        let coarse = best(around: 0, within: settings.mostSkewSeconds, by: ClockSkew.coarseSeconds)
        let fine = best(around: coarse, within: ClockSkew.coarseSeconds, by: ClockSkew.fineSeconds)
        let exact = best(around: fine, within: ClockSkew.fineSeconds, by: 1)
        guard let none = difference(at: 0), let least = difference(at: exact), least * 2 <= none, none > 0
        else { return 0 }
        return exact
    }

    private func best(around middle: Int64, within reach: Int64, by pace: Int64) -> Int64 {
        let judged = (-reach / pace...reach / pace).compactMap { count in
            difference(at: middle + count * pace).map { (shift: middle + count * pace, difference: $0) }
        }
        let best = judged.min {
            ($0.difference, abs($0.shift), $0.shift) < ($1.difference, abs($1.shift), $1.shift)
        }
        return best?.shift ?? middle
    }

    /// The mean difference of both paths around their median, in millilitres; nil with too few readings to compare.
    private func difference(at shift: Int64) -> Int64? {
        var sum: Int64 = 0
        var count = 0
        for own in first.stretches {
            for other in second.stretches {
                let apart = other.compactMap { point in
                    own.place(of: point.at - shift, within: settings.intervalSeconds * 3 / 2)
                        .map { (point.position - $0.here).millilitres }
                }
                .sorted()
                guard apart.count > 1 else { continue }
                let median = apart[apart.count / 2]
                sum += apart.reduce(0) { $0 + abs($1 - median) }
                count += apart.count
            }
        }
        return count >= settings.commonReadings ? sum / Int64(count) : nil
    }
}
