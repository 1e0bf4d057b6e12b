import Metering

/// One corrupt index, or a few, that leave the series and come back to it: no evidence.
///
/// - Beyond what the pipe can carry, up to three readings: 2,503,122, 2,437,603, 2,503,139 L within two hours is one
///   spike and 17 L.
/// - A fall that water could have made, one reading: 384,192, 384,102, 384,250 L is one spike and 58 L. Two readings
///   and more, or a fall right after another, are water running backwards: 500, 480, 460, 510 L is a fall of 20 L
///   and one of another 20 L.
/// - A rise that water could have made is seen by the fall that undoes it: 1,379,720, 1,383,816, 1,379,720 L is one
///   spike and 0 L. It must have been larger than five times the jitter, and four times what was used in both hours.
///
/// A reading that its successor confirms is no spike: 1,000, 9,000, 9,020 L within two hours is a jump.
struct SpikeRule {
    private let rules: IndexRules

    init(_ rules: IndexRules) {
        self.rules = rules
    }

    /// Whether a reading soon after comes back to `mark`, so that the one at `position` only left the series.
    ///
    /// `position` is that of a reading that does not fit `mark`; `isFalling` says that the step before was a fall.
    func isSpike(_ position: Int, of readings: [Reading], after mark: Mark, isFalling: Bool) -> Bool {
        let doubtful = readings[position]
        var reach = rules.settings.spikeReadings
        if case .fell(let fall) = rules.advance(from: mark, to: doubtful),
            fall <= rules.pipe.mostCarried(inSeconds: doubtful.at - mark.at)
        {
            reach = isFalling ? 0 : 1
        }
        return readings[(position + 1)...].prefix(reach)
            .contains { comesBack($0, from: doubtful, to: mark) }
    }

    /// Whether `step` was one corrupt index: a large rise that `reading`, right after it, undoes.
    func undoes(_ step: UsageStep, since mark: Mark, _ reading: Reading) -> Bool {
        guard step.kind == .normal || step.kind == .rollover,
            step.volume > rules.jitter.limit * rules.settings.spikeTimesJitter
        else { return false }
        return switch rules.advance(from: mark, to: reading) {
        case .used(let net, _, _): net * rules.settings.spikeTimesUsage <= step.volume
        case .held: true
        case .jumped, .fell: false
        }
    }

    private func comesBack(_ reading: Reading, from doubtful: Reading, to mark: Mark) -> Bool {
        guard rules.advance(from: mark, to: reading).fits else { return false }
        let way = rules.advance(from: Mark(at: doubtful.at, highest: doubtful.index), to: reading)
        switch (rules.advance(from: mark, to: doubtful), way) {
        case (.jumped, _): return !way.fits
        case (_, .used(let rise, _, _)): return rise > rules.jitter.limit
        case (_, .held): return false
        case (_, .jumped), (_, .fell): return true
        }
    }
}
