import Metering
import Normalisation
import Testing

struct HighLowRuleTests {
    /// Weeks of so many litres, all in the first hour of each.
    private static func notes(_ weeks: [Int64]) -> [ValidationNote] {
        let series = hours(weeks.flatMap { [$0] + Array(repeating: 1, count: 167) })
        return Validation(context()).notes(on: NormalisedSeries(series: series))
            .filter { $0.rule == .highLow }
    }

    @Test(
        arguments: [
            ([2_833, 2_833, 2_833, 2_833, 5_833], 1), ([2_833, 2_833, 2_833, 2_833, 5_832], 0),
            ([1_000, 1_000, 3_333], 0), ([1_000, 1_000, 3_501], 1), ([1_000, 5_833], 0),
        ] as [([Int64], Int)]
    )
    func `a week of twice the usual and 10 m3 a month more is high`(weeks: [Int64], count: Int) {
        #expect(Self.notes(weeks).count == count)
    }

    @Test(
        arguments: [
            ([2_833, 2_833, 733], 1), ([2_833, 2_833, 734], 0), ([2_000, 2_000, 10], 0),
            ([2_167, 2_167, 10], 1),
        ] as [([Int64], Int)]
    )
    func `a week of 30 percent where 10 m3 a month are usual is low`(weeks: [Int64], count: Int) {
        #expect(Self.notes(weeks).count == count)
    }

    @Test func `the note says what was used and what was usual`() {
        let notes = Self.notes([2_833, 2_833, 9_833])
        #expect(notes.map(\.volume) == [.litres(10_000)])
        #expect(notes.map(\.expected) == [.litres(3_000)])
        #expect(notes.map(\.span) == [instant(14 * 86_400)..<instant(21 * 86_400)])
    }

    @Test func `a week that is not wholly known is neither judged nor usual`() {
        let steps = hours([2_833, 2_833, 9_833].flatMap { [$0] + Array(repeating: 1, count: 167) }).steps
        for missing in [10, 400] {
            var known = steps
            known.remove(at: missing)
            let notes = Validation(context()).notes(on: NormalisedSeries(series: UsageSeries(steps: known)))
            #expect(notes.allSatisfy { $0.rule != .highLow })
        }
    }
}
