import Metering

/// When the power company's side delivers which meter-day: most at 05:41 and some minutes, a few late, twice or piecemeal.
struct FeedDispatch: Sendable {
    private static let dueSeconds: Int64 = 5 * 3_600 + 41 * 60
    /// The latest delivery is this many days behind its day, where no thaw holds it up.
    static let longestDelayDays = 6
    /// The most days that one request may ask for again.
    static let longestSpanDays = 62
    /// How far off the indexes of a delivery are that is corrected later.
    static let errorLitres: Int64 = 7

    let seed: UInt64
    var faults = FeedFaults.none

    /// One delivery of one meter-day.
    struct Delivery: Hashable, Sendable {
        let point: ServicePoint.ID
        let day: LocalDay
        let at: Instant
        let revision: Int
        /// The hours 1...24 that it does not bring.
        let missing: ClosedRange<Int>?
        /// The hours that an earlier one did not bring.
        let late: ClosedRange<Int>?
        /// The indexes are wrong; a later one corrects them.
        var isWrong = false
        /// The indexes correct those of an earlier one.
        var isCorrection = false
        /// It has values besides whose stamps can't be.
        var hasStrayStamps = false

        func moved(to instant: Instant) -> Delivery {
            var moved = Delivery(
                point: point,
                day: day,
                at: instant,
                revision: revision,
                missing: missing,
                late: late
            )
            (moved.isWrong, moved.isCorrection) = (isWrong, isCorrection)
            moved.hasStrayStamps = hasStrayStamps
            return moved
        }
    }

    /// The deliveries of the day's 24 values, in order.
    ///
    /// Of 1,000 meter-days 15 come 1-3 days late, 15 come twice, and 20 lack 1-3 hours until revision 2; faults come on
    /// top.
    func deliveries(of point: ServicePoint.ID, for day: LocalDay) -> [Delivery] {
        var random = SeededRandom(seed: seed, stream: "\(point)/feed/\(day)")
        let due = day.advanced(by: 1).start + FeedDispatch.dueSeconds + offset(of: point)
        let delay = Int64(random.integer(in: 24...72)) * 3_600
        let draw = random.integer(in: 0...999)
        func delivery(_ at: Instant, _ revision: Int, missing: ClosedRange<Int>?, late: ClosedRange<Int>?)
            -> Delivery
        {
            Delivery(point: point, day: day, at: at, revision: revision, missing: missing, late: late)
        }
        let usual = delivery(due, 1, missing: nil, late: nil)
        let regular: [Delivery]
        switch draw {
        case ..<15: regular = [delivery(due + delay, 1, missing: nil, late: 1...24)]
        case 15..<30: regular = [usual, delivery(due + delay, 1, missing: nil, late: nil)]
        case 30..<50:
            let first = random.integer(in: 1...21)
            let hours = first...first + random.integer(in: 0...2)
            regular = [
                delivery(due, 1, missing: hours, late: nil),
                delivery(due + delay, 2, missing: nil, late: hours),
            ]
        default: regular = [usual]
        }
        return disturbed(regular, of: point, on: day, delay: delay)
            .map { $0.moved(to: faults.arrival(of: $0.at)) }
    }

    /// The same day once more, since somebody asked: whole, under the newest revision of what is known to be right.
    func again(_ point: ServicePoint.ID, _ day: LocalDay, at instant: Instant) -> Delivery {
        let newest = deliveries(of: point, for: day).map(\.revision).max() ?? 1
        return Delivery(point: point, day: day, at: instant, revision: newest, missing: nil, late: 1...24)
            .moved(to: faults.arrival(of: instant))
    }

    private func disturbed(
        _ regular: [Delivery],
        of point: ServicePoint.ID,
        on day: LocalDay,
        delay: Int64
    ) -> [Delivery] {
        switch faults.fate(of: point, on: day, seed: seed) {
        case .intact: return regular
        case .withheld: return []
        case .wrongClock:
            return regular.map { delivery in
                var stray = delivery
                stray.hasStrayStamps = true
                return stray
            }
        case .corrected:
            guard regular.count == 1, var wrong = regular.first else { return regular }
            wrong.isWrong = true
            var right = Delivery(
                point: point,
                day: day,
                at: wrong.at + delay,
                revision: 2,
                missing: nil,
                late: nil
            )
            right.isCorrection = true
            return [wrong, right]
        }
    }

    /// Each terminal sends in a minute of its own, up to twelve minutes after the first.
    private func offset(of point: ServicePoint.ID) -> Int64 {
        var random = SeededRandom(seed: seed, stream: "\(point)/feed")
        return Int64(random.integer(in: 0...719))
    }
}
