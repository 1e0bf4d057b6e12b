import Metering
import Normalisation
import Seeds
import Testing

struct StampRuleTests {
    @Test(
        arguments: [
            (0, .live, .trusted), (120, .live, .trusted), (121, .live, .flagged(seconds: 121)),
            (-120, .live, .trusted), (-121, .live, .flagged(seconds: -121)),
            (300, .live, .flagged(seconds: 300)), (301, .live, .ahead(seconds: 301)),
            (-86_400, .delivered, .trusted), (121, .delivered, .flagged(seconds: 121)),
            (301, .delivered, .ahead(seconds: 301)),
            (-400 * 86_400, .delivered, .trusted),
            (-400 * 86_400 - 1, .delivered, .tooOld(seconds: 400 * 86_400 + 1)),
            (-400 * 86_400 - 1, .live, .tooOld(seconds: 400 * 86_400 + 1)),
        ] as [(Int64, StampRule.Way, StampRule.Verdict)]
    )
    func `a stamp is worth what its distance from its arrival says`(
        ahead: Int64,
        way: StampRule.Way,
        verdict: StampRule.Verdict
    ) {
        let arrival = instant(0)
        #expect(StampRule().verdict(on: arrival + ahead, arriving: arrival, by: way) == verdict)
        let isQuarantined = ahead > 300 || ahead < -400 * 86_400
        #expect(verdict.isQuarantined == isQuarantined)
    }

    @Test func `the limits are settings`() {
        var rule = StampRule()
        rule.flaggedSeconds = 10
        rule.mostAheadSeconds = 20
        rule.mostAgeDays = 1
        let arrival = instant(0)
        #expect(rule.verdict(on: arrival + 11, arriving: arrival, by: .live) == .flagged(seconds: 11))
        #expect(rule.verdict(on: arrival + 21, arriving: arrival, by: .live) == .ahead(seconds: 21))
        #expect(
            rule.verdict(on: arrival - 86_401, arriving: arrival, by: .live) == .tooOld(seconds: 86_401)
        )
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func
        `stamps that drift through the hour keep every litre, and move a boundary by what flows in the drift`(
            seed: UInt64
        )
    {
        var random = SeededGenerator(seed: seed)
        let gain = Int64.random(in: -40...40, using: &random)
        var (index, true_, drifting): (Int64, [Reading], [Reading]) = (1_000, [], [])
        var most: Int64 = 0
        for hour in 0..<480 as Range<Int64> {
            true_.append(reading(hour * 3_600, index))
            drifting.append(reading(hour * 3_600 + hour * gain / 24, index))
            let used = Int64.random(in: 0...300, using: &random)
            most = max(most, used)
            index += used
        }
        let (straight, bent) = (normalised(true_), normalised(drifting))
        #expect(straight.total == bent.total)
        #expect(straight.litres == bent.litres)
        let span = instant(0)..<instant(Int64.random(in: 3_600...400 * 3_600, using: &random))
        let apart = straight.series.usage(in: span).volume - bent.series.usage(in: span).volume
        // Flow changes within the hour, so what flows in the drift is bounded by the greatest hour on either side.
        let bound = most * 1_000 * (abs(gain) * 20 + 60) / 3_600 * 2
        #expect(abs(apart.millilitres) <= bound)
    }
}
