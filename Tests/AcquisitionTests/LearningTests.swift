import Testing

@testable import Acquisition

struct TurnaroundTests {
    private func timeout(_ turnaround: Turnaround) -> Duration {
        turnaround.timeout(least: .milliseconds(100), most: .milliseconds(1_000))
    }

    private func learned(_ milliseconds: [Int64]) -> Turnaround {
        var turnaround = Turnaround()
        for duration in milliseconds { turnaround.note(.milliseconds(duration)) }
        return turnaround
    }

    @Test(arguments: [
        (Int64(12), 7, Int64(1_000)),
        (12, 20, 100),
        (200, 40, 400),
        (900, 40, 1_000),
    ])
    func `a quick unit is given up early, a slow one gets what it may have`(
        answer: Int64,
        count: Int,
        milliseconds: Int64
    ) {
        let found = timeout(learned([Int64](repeating: answer, count: count))).microseconds / 1_000
        #expect(abs(found - milliseconds) <= 2, "\(found)")
    }

    @Test func `answers that stray are waited for longer`() {
        let steady = learned((0..<40).map { _ in 100 })
        let stray = learned((0..<40).map { $0.isMultiple(of: 2) ? 50 : 150 })
        #expect(timeout(stray) > timeout(steady) * 2)
    }

    @Test func `each silence doubles the wait up to the limit, and an answer ends that`() {
        var turnaround = learned((0..<40).map { _ in 60 })
        let first = timeout(turnaround)
        turnaround.noteSilence()
        #expect(timeout(turnaround) == first * 2)
        for _ in 0..<20 { turnaround.noteSilence() }
        #expect(timeout(turnaround) == .milliseconds(1_000))
        turnaround.note(.milliseconds(60))
        #expect(timeout(turnaround) <= first)
    }
}

struct FailureBudgetTests {
    private func moment(_ seconds: Int64) -> Moment { Moment(microseconds: seconds * 1_000_000) }

    /// How much of an hour goes to a unit that never answers, asked each second with a time-out of a second.
    @Test func `failing takes a twentieth of the time and no more`() {
        var budget = FailureBudget(at: moment(0))
        var spent: Int64 = 0
        for second in 0..<36_000 where budget.allows(at: moment(Int64(second))) {
            budget.spend(.seconds(1), at: moment(Int64(second)))
            spent += 1
        }
        #expect(spent <= 36_000 / 20 + 12)
        #expect(spent >= 36_000 / 20)
    }

    @Test func `hourly rounds are never short of it, and it does not pile up`() {
        var budget = FailureBudget(at: moment(0))
        for hour in 1...100 {
            for _ in 0..<20 {
                #expect(budget.allows(at: moment(Int64(hour) * 3_600)))
                budget.spend(.seconds(5), at: moment(Int64(hour) * 3_600))
            }
        }
        var idle = FailureBudget(at: moment(0))
        var probes = 0
        while idle.allows(at: moment(1_000_000)) {
            idle.spend(.seconds(1), at: moment(1_000_000))
            probes += 1
        }
        #expect(probes == 180)
    }

    @Test func `a clock that is set back fills nothing`() {
        var budget = FailureBudget(at: moment(1_000))
        budget.spend(.seconds(60), at: moment(1_000))
        #expect(!budget.allows(at: moment(0)))
        #expect(!budget.allows(at: moment(1)))
    }
}
