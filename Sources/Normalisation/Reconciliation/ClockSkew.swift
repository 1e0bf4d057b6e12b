import Metering

/// How far the second way's clock is ahead of the first one's: where their shapes lie best on each other.
///
/// Indexes 500, 510, 560 L at 10:00, 11:00, 12:00 on one way, at 10:09, 11:09, 12:09 on the other: 540 s. Shifts are
/// tried coarsely and then to the second, and the one with the smallest sum of differences is taken, when it halves that
/// of no shift at all; of equal ones the smallest shift. Water that never flows tells nothing: 0 s. Nor does a gap,
/// inside which the first way has no shape.
struct ClockSkew {
    /// The paces by which shifts are tried, each around the best of the pace before.
    static let paces: [Int64] = [600, 60, 10, 1]

    private let first: [Track]
    private let second: [Track]
    private let settings: ReconciliationSettings

    /// A stretch in plain numbers, since shifts are tried by the hundred.
    private struct Track {
        /// UTC seconds, rising.
        let at: [Int64]
        /// Millilitres.
        let position: [Int64]

        init(_ stretch: [PathTrace.Point]) {
            at = stretch.map(\.at.secondsSince1970)
            position = stretch.map(\.position.millilitres)
        }
    }

    /// - Parameters:
    ///   - first: stretches of the first way.
    ///   - second: of the second one.
    ///   - settings: the terms.
    init(
        _ first: [[PathTrace.Point]],
        _ second: [[PathTrace.Point]],
        _ settings: ReconciliationSettings
    ) {
        self.first = first.map { Track($0) }
        self.second = second.map { Track($0) }
        self.settings = settings
    }

    /// In seconds; positive when the second way's stamps are later.
    var seconds: Int64 {
        guard let none = difference(at: 0), none > 0 else { return 0 }
        var shift: Int64 = 0
        var reach = settings.mostSkewSeconds
        for pace in ClockSkew.paces {
            shift = best(around: shift, within: reach, by: pace)
            reach = pace
        }
        guard let least = difference(at: shift), least * 2 <= none else { return 0 }
        return shift
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

    /// The mean difference of both ways around their median, in millilitres; nil with too few readings to compare.
    private func difference(at shift: Int64) -> Int64? {
        var sum: Int64 = 0
        var count = 0
        for own in first {
            for other in second {
                let apart = apart(own, other, shift).sorted()
                guard apart.count > 1 else { continue }
                let median = apart[apart.count / 2]
                sum += apart.reduce(0) { $0 + abs($1 - median) }
                count += apart.count
            }
        }
        return count >= settings.commonReadings ? sum / Int64(count) : nil
    }

    /// By how much each reading of the second way is above the first one, where that has a shape.
    private func apart(_ own: Track, _ other: Track, _ shift: Int64) -> [Int64] {
        let longest = settings.intervalSeconds * 3 / 2
        var apart: [Int64] = []
        apart.reserveCapacity(other.at.count)
        var next = 0
        for (place, stamp) in other.at.enumerated() {
            let instant = stamp - shift
            while next < own.at.count, own.at[next] < instant { next += 1 }
            guard next < own.at.count else { break }
            if own.at[next] == instant {
                apart.append(other.position[place] - own.position[next])
                continue
            }
            guard next > 0, own.at[next] - own.at[next - 1] <= longest else { continue }
            let (from, gap) = (own.at[next - 1], own.at[next] - own.at[next - 1])
            // What a pipe carries in so short a gap, times its seconds, is far below 2^63.
            let rise = (own.position[next] - own.position[next - 1]) * (instant - from) / gap
            apart.append(other.position[place] - own.position[next - 1] - rise)
        }
        return apart
    }
}
