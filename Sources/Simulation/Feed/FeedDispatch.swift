import Metering

/// When the power company's side delivers which meter-day: most at 05:41 and some minutes, a few late, twice or piecemeal.
struct FeedDispatch: Sendable {
    private static let dueSeconds: Int64 = 5 * 3_600 + 41 * 60
    /// The latest delivery is this many days behind its day.
    static let longestDelayDays = 6

    let seed: UInt64

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
    }

    /// The deliveries of the day's 24 values, in order.
    ///
    /// Of 1,000 meter-days 15 come 1-3 days late, 15 come twice, and 20 lack 1-3 hours until revision 2.
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
        switch draw {
        case ..<15: return [delivery(due + delay, 1, missing: nil, late: 1...24)]
        case 15..<30: return [usual, delivery(due + delay, 1, missing: nil, late: nil)]
        case 30..<50:
            let first = random.integer(in: 1...21)
            let hours = first...first + random.integer(in: 0...2)
            return [
                delivery(due, 1, missing: hours, late: nil),
                delivery(due + delay, 2, missing: nil, late: hours),
            ]
        default: return [usual]
        }
    }

    /// Each terminal sends in a minute of its own, up to twelve minutes after the first.
    private func offset(of point: ServicePoint.ID) -> Int64 {
        var random = SeededRandom(seed: seed, stream: "\(point)/feed")
        return Int64(random.integer(in: 0...719))
    }
}
