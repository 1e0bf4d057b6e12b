import Metering
import Normalisation
import Testing

struct StandstillRulesTests {
    /// Days of so many litres each, evenly, and the rules that speak.
    private static func rules(_ litresPerDay: [Int64]) -> [String] {
        let series = hours(litresPerDay.flatMap { Array(repeating: $0 / 24, count: 24) })
        return Validation(context()).notes(on: NormalisedSeries(series: series)).map({
            $0.rule.name(version: 1)
        })
        .filter { $0 != "high-low/1" }
    }

    @Test(arguments: [(6, []), (7, ["zero-consumption/1"])] as [(Int, [String])])
    func `seven days of nothing are worth a note`(days: Int, expected: [String]) {
        #expect(Self.rules([48] + Array(repeating: 0, count: days)) == expected)
    }

    @Test(
        arguments: [
            (48, 14, ["stuck/1", "zero-consumption/1"]), (24, 14, ["stuck/1", "zero-consumption/1"]),
            (0, 14, ["zero-consumption/1"]), (48, 13, ["zero-consumption/1"]),
        ] as [(Int64, Int, [String])]
    )
    func `fourteen are a stuck meter where water was used daily before`(
        usual: Int64,
        days: Int,
        expected: [String]
    ) {
        let before = Array(repeating: usual, count: 8)
        #expect(Self.rules(before + Array(repeating: 0, count: days)) == expected)
    }

    @Test func `less than a week before proves no habit`() {
        #expect(
            Self.rules(Array(repeating: 48, count: 6) + Array(repeating: 0, count: 14)) == [
                "zero-consumption/1"
            ]
        )
    }

    @Test func `days that nobody knows prove no habit and hide none`() {
        func rules(known: Int, unexplained: Int) -> [String] {
            let days = Array(repeating: Int64(48), count: known + unexplained)
            let litres = (days + Array(repeating: 0, count: 14)).flatMap {
                Array(repeating: $0 / 24, count: 24)
            }
            let steps = hours(litres).steps.enumerated().map { position, step in
                (known * 24..<(known + unexplained) * 24).contains(position)
                    ? UsageStep(from: step.from, to: step.to, volume: .zero, kind: .unexplained) : step
            }
            return Validation(context()).notes(on: NormalisedSeries(series: UsageSeries(steps: steps)))
                .map({ $0.rule.name(version: 1) }).filter { $0 != "high-low/1" }
        }
        #expect(rules(known: 8, unexplained: 10).sorted() == ["stuck/1", "zero-consumption/1"])
        #expect(rules(known: 6, unexplained: 10) == ["zero-consumption/1"])
    }

    @Test func `one litre on the way ends the run`() {
        let still = Array(repeating: Int64(0), count: 6)
        #expect(Self.rules([48] + still + [24] + still) == [])
    }

    @Test func `a stuck meter's note says what was to be expected`() {
        let litres = Array(repeating: Int64(2), count: 8 * 24) + Array(repeating: 0, count: 14 * 24)
        let notes = Validation(context()).notes(on: NormalisedSeries(series: hours(litres)))
        #expect(notes.first { $0.rule == .stuck }?.expected == .litres(48 * 14))
    }

    @Test func `what is unexplained ends the run too`() {
        let steps = hours(Array(repeating: 0, count: 7 * 24)).steps
        let broken = steps.enumerated().map { position, step in
            position == 80 ? UsageStep(from: step.from, to: step.to, volume: .zero, kind: .unexplained) : step
        }
        let series = NormalisedSeries(series: UsageSeries(steps: broken))
        #expect(Validation(context()).notes(on: series).isEmpty)
    }
}
