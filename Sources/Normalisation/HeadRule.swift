import Metering

/// The first readings have no predecessor that could speak for them, as the newest has no successor.
///
/// 2,437,603, 502, 503, 510 L on the hour: whether the first was corrupt or another meter hung there, nobody can
/// tell from one reading. It is held out, and the series begins with those that confirm each other, rather than
/// with an alarm.
///
/// - Beyond what the pipe can carry: up to three first readings, none of which confirms another.
/// - A fall that water could have made: the first one, when it fell by more than five times the jitter, as with
///   spikes.
///
/// Only where less than a day lies in between, since after a long silence the one reading before it is all that tells
/// of an exchange; only where two readings confirm the one that contradicts; and not where an announced exchange lies
/// in between, which has to be explained.
struct HeadRule {
    private let rules: IndexRules
    private let exchanges: [MeterExchange]

    init(_ rules: IndexRules, _ exchanges: [MeterExchange]) {
        self.rules = rules
        self.exchanges = exchanges
    }

    /// Whether the readings before `position`, of which none followed another, are to be held out.
    ///
    /// The reading at `position` does not fit `mark`, where the one before it stands.
    func isUnconfirmed(before position: Int, of readings: [Reading], after mark: Mark) -> Bool {
        let reading = readings[position]
        guard reading.at - readings[0].at <= rules.settings.headHours * 3_600,
            !exchanges.contains(where: { readings[0].at < $0.at && $0.at <= reading.at }),
            isConfirmed(position, of: readings)
        else { return false }
        let carried = rules.pipe.mostCarried(inSeconds: reading.at - mark.at)
        guard case .fell(let fall) = rules.advance(from: mark, to: reading), fall <= carried else {
            return position <= rules.settings.spikeReadings
        }
        return position == 1 && fall > rules.jitter.limit * rules.settings.spikeTimesJitter
    }

    private func isConfirmed(_ position: Int, of readings: [Reading]) -> Bool {
        let run = readings[position...].prefix(rules.settings.headConfirming + 1)
        return run.count > rules.settings.headConfirming
            && zip(run, run.dropFirst()).allSatisfy { reading, next in
                rules.advance(from: Mark(at: reading.at, highest: reading.index), to: next).fits
            }
    }
}
