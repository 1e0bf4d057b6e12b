import Acquisition
import Metering
import Seeds
import Testing

@testable import Gateway
@testable import Storage

struct RedeliveryPlanTests {
    private let plan = RedeliveryPlan(terms: RedeliveryTerms(), dueSeconds: 30 * 3_600)
    private let meter = Meter.ID("TN-3")

    private func day(_ number: Int64) -> LocalDay { LocalDay(containing: march(number)) }

    private func pair(_ number: Int64, _ meter: String = "TN-3") -> RedeliveryPlan.MeterDay {
        RedeliveryPlan.MeterDay(meter: Meter.ID(meter), day: day(number))
    }

    private func note(_ number: Int64, asked: Int, at: Instant) -> RedeliveryNote {
        RedeliveryNote(
            meter: meter,
            day: day(number),
            askedCount: asked,
            lastAskedAt: at,
            failedCount: 0,
            lastFailure: nil
        )
    }

    /// The 24 values of some days.
    private func values(_ days: ClosedRange<Int64>) -> Set<Instant> {
        Set(days.flatMap { day in (1...24).map { march(day, hours: $0) } })
    }

    @Test(arguments: [
        (march(10, hours: 5, seconds: 3_599), 4...8 as ClosedRange<Int64>), (march(10, hours: 6), 4...9),
        (march(11) - 1, 4...9), (march(11), 5...9),
    ])
    func `a day is open from 6 o'clock of the next until it is seven days old`(
        now: Instant,
        days: ClosedRange<Int64>
    ) {
        #expect(plan.open(at: now) == days.map(day))
    }

    @Test func `a day has 24 values, the last at 24 o'clock`() {
        let days = [day(2), day(3)]
        for missing in 1...24 as ClosedRange<Int64> {
            let stored = values(2...3).subtracting([march(2, hours: missing)])
            let found = plan.missing(of: days, stored: stored, since: march(1)) { _ in meter }
            #expect(found == [pair(2)], "\(missing)")
        }
        #expect(plan.missing(of: days, stored: values(2...3), since: march(1)) { _ in meter } == [])
        // Midnight belongs to the day that it closes.
        #expect(plan.missing(of: [day(3)], stored: values(3...3), since: march(1)) { _ in meter } == [])
    }

    @Test(
        arguments: [(3_600, 1_800), (1_800, 0), (1_800, 900), (900, 600), (3_600, 3_599)] as [(Int64, Int64)]
    )
    func `a day is whole at whatever places and pace its meter reads`(pace: Int64, place: Int64) {
        let days = (2...4).map(day)
        let all = stride(from: place, through: 3 * 86_400, by: Int64.Stride(pace)).map {
            march(2, seconds: $0)
        }
        #expect(plan.missing(of: days, stored: Set(all), since: march(1)) { _ in meter } == [])
        for lost in 1..<all.count - 1 {
            let found = plan.missing(
                of: days,
                stored: Set(all).subtracting([all[lost]]),
                since: march(1)
            ) { _ in meter }
            let owner = LocalDay(containing: all[lost] - 1)
            #expect(found == [RedeliveryPlan.MeterDay(meter: meter, day: owner)], "\(all[lost])")
        }
    }

    @Test func `stamps a few seconds off their place leave nothing empty`() {
        let days = [day(2), day(3)]
        let off: [Int64] = [0, -3, 2, 5, -4]
        let stored = (0...48 as ClosedRange<Int64>).map { hour in
            march(2, hours: hour, seconds: hour % 48 == 0 ? 0 : off[Int(hour) % 5])
        }
        #expect(plan.missing(of: days, stored: Set(stored), since: march(1)) { _ in meter } == [])
    }

    @Test func `one value in a day is not a pace, and a silent day lacks all`() {
        let daily = Set((2...5).map { march($0, hours: 7) })
        let found = plan.missing(of: (2...4).map(day), stored: daily, since: march(1)) { _ in meter }
        #expect(found == [pair(2), pair(3), pair(4)])
        let half = Set((0...47 as ClosedRange<Int64>).map { march(2, seconds: $0 * 1_800) })
        #expect(
            plan.missing(of: (2...4).map(day), stored: half, since: march(1)) { _ in meter }
                == [pair(2), pair(3), pair(4)]
        )
    }

    @Test func `before a point's first value nothing is owed`() {
        let days = (1...4).map(day)
        let stored = Set([march(3, hours: 12)] + values(4...4))
        let found = plan.missing(of: days, stored: stored, since: march(3, hours: 12)) { _ in meter }
        #expect(found == [pair(3)])
        let rest = stored.union((13...24).map { march(3, hours: $0) })
        #expect(plan.missing(of: days, stored: rest, since: march(3, hours: 12)) { _ in meter } == [])
    }

    @Test func `a day with an exchange is owed under both numbers`() {
        let found = plan.missing(of: [day(2)], stored: [], since: march(1)) { at in
            at < march(2, hours: 10) ? Meter.ID("old") : Meter.ID("new")
        }
        #expect(found == [pair(2, "old"), pair(2, "new")])
    }

    @Test func `neighbouring days of a meter are one request`() {
        let missing = [pair(5), pair(2), pair(3), pair(3, "TN-4"), pair(2)]
        #expect(
            plan.requests(for: missing, after: [], at: march(6)) == [
                RedeliveryRequest(meter: meter, days: day(2)...day(3)),
                RedeliveryRequest(meter: meter, days: day(5)...day(5)),
                RedeliveryRequest(meter: Meter.ID("TN-4"), days: day(3)...day(3)),
            ]
        )
    }

    @Test(arguments: [(1, Int64(6)), (2, 12), (3, 24)])
    func `each pause is twice as long as the one before`(asked: Int, hours: Int64) {
        let notes = [note(2, asked: asked, at: march(3))]
        let early = plan.requests(for: [pair(2)], after: notes, at: march(3, hours: hours) - 1)
        let due = plan.requests(for: [pair(2)], after: notes, at: march(3, hours: hours))
        #expect(early.isEmpty && due.count == 1)
    }

    @Test func `a day is asked for four times and no more`() {
        let notes = [note(2, asked: 4, at: march(3))]
        #expect(plan.requests(for: [pair(2)], after: notes, at: march(30)).isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `whatever is missing, each day is asked for within its limits and only while it is open`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        let missing = (1...20).filter { _ in Bool.random(using: &random) }.map { pair($0) }
        var notes: [LocalDay: RedeliveryNote] = [:]
        for hour in 0..<30 * 24 as Range<Int64> {
            let now = march(1, hours: hour)
            let open = Set(plan.open(at: now))
            let due = missing.filter { open.contains($0.day) }
            for request in plan.requests(for: due, after: Array(notes.values), at: now) {
                #expect(now >= request.days.upperBound.start + 30 * 3_600)
                #expect(now < request.days.lowerBound.advanced(by: 7).start)
                for pair in due where request.days.contains(pair.day) {
                    let count = notes[pair.day]?.askedCount ?? 0
                    notes[pair.day] = RedeliveryNote(
                        meter: meter,
                        day: pair.day,
                        askedCount: count + 1,
                        lastAskedAt: now,
                        failedCount: 0,
                        lastFailure: nil
                    )
                }
            }
        }
        #expect(Set(notes.keys) == Set(missing.map(\.day)), "seed \(seed)")
        #expect(notes.values.allSatisfy { $0.askedCount == 4 }, "seed \(seed)")
    }
}
