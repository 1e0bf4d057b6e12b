import Acquisition
import Metering
import Storage

/// Which days a feed owes, and which of them it is asked for now; decided from what is stored alone.
///
/// A measuring day (計量日) has 24 values, at 1:00, 2:00 ... 24:00, or at other places an hour or less apart where the
/// meter reads at those (`MeasuringPlaces`). It is due so many hours after it began (30 hours: at
/// 6:00 of the day after), and final when it is so many days old: no later value is expected then (欠測確定). In
/// between it is asked for a few times, each pause twice as long as the one before.
///
/// Worked: due after 30 h, four requests, first pause 6 h. The day of 24 January is asked for on the 25th at 6:00 and
/// 12:00, on the 26th at 0:00, on the 27th at 0:00, and then no more.
struct RedeliveryPlan {
    let terms: RedeliveryTerms
    /// How late the feed delivers when all is well, from the beginning of the day.
    let dueSeconds: Int64

    /// One day of one meter.
    struct MeterDay: Hashable {
        let meter: Meter.ID
        let day: LocalDay
    }

    /// The days that are due and not final at an instant, the oldest first.
    func open(at now: Instant) -> [LocalDay] {
        let today = LocalDay(containing: now)
        return (0..<max(1, terms.finalDays)).reversed()
            .map { today.advanced(by: -$0) }
            .filter { $0.start + dueSeconds <= now }
    }

    /// The days of one point of which a value is missing.
    ///
    /// - Parameters:
    ///   - days: those that are open, the oldest first.
    ///   - stored: the instants of which a value is stored.
    ///   - first: the point's first value of all: before it, nobody can say that a meter hung there.
    ///   - meter: who hung there at an instant, as the feed numbers it.
    /// - Returns: each meter and day once, in order.
    func missing(
        of days: [LocalDay],
        stored: Set<Instant>,
        since first: Instant,
        meter: (Instant) -> Meter.ID
    ) -> [MeterDay] {
        guard let oldest = days.first, let newest = days.last else { return [] }
        let open = Set(days)
        let places = MeasuringPlaces(of: stored, from: oldest.start, to: newest.advanced(by: 1).start)
        var found: [MeterDay] = []
        for at in places.empty where at > first {
            // Midnight belongs to the day that it closes.
            let pair = MeterDay(meter: meter(at), day: LocalDay(containing: at - 1))
            if open.contains(pair.day), found.last != pair { found.append(pair) }
        }
        return found
    }

    /// What to ask for now, neighbouring days of a meter in one request.
    ///
    /// - Parameters:
    ///   - missing: meters and days of which a value is missing.
    ///   - notes: what was asked for before.
    ///   - now: the present instant.
    /// - Returns: requests by meter and day.
    func requests(for missing: [MeterDay], after notes: [RedeliveryNote], at now: Instant)
        -> [RedeliveryRequest]
    {
        let known = Dictionary(
            notes.map { (MeterDay(meter: $0.meter, day: $0.day), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let due = Set(missing).filter { pair in known[pair].map { isDueAgain($0, at: now) } ?? true }
        var requests: [RedeliveryRequest] = []
        for pair in due.sorted(by: { ($0.meter, $0.day) < ($1.meter, $1.day) }) {
            if let last = requests.last, last.meter == pair.meter,
                last.days.upperBound.advanced(by: 1) == pair.day
            {
                requests[requests.count - 1] = RedeliveryRequest(
                    meter: pair.meter,
                    days: last.days.lowerBound...pair.day
                )
            } else {
                requests.append(RedeliveryRequest(meter: pair.meter, days: pair.day...pair.day))
            }
        }
        return requests
    }

    private func isDueAgain(_ note: RedeliveryNote, at now: Instant) -> Bool {
        guard note.askedCount < terms.mostRequests else { return false }
        // A pause that is doubled thirty times is longer than any day stays open.
        let pause = terms.firstPauseSeconds << min(note.askedCount - 1, 30)
        return now - note.lastAskedAt >= pause
    }
}
