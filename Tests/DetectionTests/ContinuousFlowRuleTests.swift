import Metering
import Seeds
import Testing

@testable import Detection

struct ContinuousFlowRuleTests {
    @Test func `a home that sleeps has no leak`() {
        #expect(Series().home(days: 20).kinds() == [])
    }

    @Test(arguments: [
        (39, false), (40, true), (60, true),
    ])
    func `forty hours without a dry one are a suspected leak`(hours: Int, isLeak: Bool) {
        let series = Series().home(days: 10).then(0, for: 1).then(9, for: hours)
        #expect(series.kinds().contains(.leakContinuous) == isLeak)
    }

    @Test func `a leak tells its smallest flow and its earliest possible start`() throws {
        let series = Series().home(days: 10).then(0, for: 1).then(9, for: 30).then([12, 40]).then(8, for: 20)
        let finding = try #require(Detector().findings(in: series.evidence()).first)
        #expect(finding.kind == .leakContinuous)
        #expect(finding.rate == .litresPerHour(8))
        #expect(finding.startedAt == Series.start + (10 * 24 + 1) * 3_600)
        #expect(finding.rule == "continuous-flow/1")
    }

    @Test func `one dry hour ends the run`() {
        let series = Series().home(days: 10).then(9, for: 30).then([0]).then(9, for: 30)
        #expect(series.kinds() == [])
    }

    @Test func `a gap neither raises nor clears`() {
        let before = Series().home(days: 10).then(0, for: 1).then(9, for: 30)
        #expect(before.gap(hours: 30, litres: 300).then(9, for: 5).kinds() == [])
        #expect(
            before.then(9, for: 5).gap(hours: 30, litres: 300).then(9, for: 5).kinds() == [.leakContinuous]
        )
    }

    @Test func `a gap that used nothing proves that the flow had stopped`() {
        let series = Series().home(days: 10).then(9, for: 39).gap(hours: 30, litres: 0).then(9, for: 20)
        #expect(series.kinds() == [])
    }

    @Test func `a leak that ended is told until the memory of the rule runs out`() {
        let healed = Series().home(days: 10).then(0, for: 1).then(9, for: 50)
        #expect(healed.then(0, for: 23).kinds() == [.leakContinuous])
        #expect(healed.then(0, for: 26).kinds() == [])
    }

    @Test func `silence after a leak does not clear it`() {
        let leak = Series().home(days: 10).then(0, for: 1).then(9, for: 50)
        let kinds = Detector().findings(in: leak.evidence(later: 40)).map(\.kind)
        #expect(kinds == [.leakContinuous])
    }

    @Test func `a register of 10 L shows a leak of 5 L an hour as a count every second hour`() {
        let counts = (0..<74).map { $0.isMultiple(of: 2) ? Int64(10) : 0 }
        #expect(
            Series().home(days: 10).then(0, for: 5).then(counts).kinds(resolution: 10) == [.leakContinuous]
        )
        #expect(Series().home(days: 10).kinds(resolution: 10) == [])
    }

    @Test func `a place that never sleeps is judged by its own nights`() {
        let steady = Series().then(60, for: 24 * 20)
        #expect(steady.kinds(calibre: 40, use: "apartment_master") == [])
        let risen = steady.then(130, for: 80)
        #expect(risen.kinds(calibre: 40, use: "apartment_master").contains(.leakContinuous))
        #expect(
            !steady.then(90, for: 80).kinds(calibre: 40, use: "apartment_master").contains(.leakContinuous)
        )
    }

    @Test func `a place without known nights is not judged by them`() {
        #expect(Series().then(60, for: 24 * 5).kinds(calibre: 40, use: "apartment_master") == [])
    }

    @Test func `twelve hours at a vacant place are enough`() {
        let series = Series().then(0, for: 48).then(5, for: 13)
        let kinds = Detector().findings(in: series.evidence(isVacant: true)).map(\.kind)
        #expect(kinds == [.leakContinuous])
    }

    @Test func `ordinary homes of a thousand seeds raise nothing`() {
        for seed in UInt64(1)...1_000 {
            var generator = SeededGenerator(seed: seed)
            var series = Series()
            for _ in 0..<35 {
                let day = (0..<24).map { hour -> Int64 in
                    let isNight = hour < 6
                    guard !isNight || Int.random(in: 0..<10, using: &generator) == 0 else { return 0 }
                    return isNight
                        ? 6
                        : Int.random(in: 0..<4, using: &generator) == 0
                            ? 0 : .random(in: 3..<73, using: &generator)
                }
                series = series.then(day)
            }
            #expect(series.kinds(calibre: 13) == [], "seed \(seed)")
        }
    }
}
