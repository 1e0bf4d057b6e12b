import Metering
import Testing

struct VolumeTests {
    @Test(arguments: [
        (0, 0), (499, 0), (500, 1), (1_499, 1), (1_500, 2), (-499, 0), (-500, -1), (-1_500, -2),
        (.max, 9_223_372_036_854_775), (.min, -9_223_372_036_854_775),
    ])
    func `whole litres are the nearest, halves away from zero`(millilitres: Int64, litres: Int64) {
        #expect(Volume.millilitres(millilitres).roundedLitres == litres)
    }

    @Test(arguments: [(0, 0), (999_999, 0), (1_000_000, 1), (1_999_999, 1), (-1, -1), (-1_000_000, -1)])
    func `black digits are cut, never rounded up`(millilitres: Int64, cubicMetres: Int64) {
        #expect(Volume.millilitres(millilitres).wholeCubicMetres == cubicMetres)
    }

    @Test(arguments: [(0, "0 L"), (12_000, "12 L"), (1_005, "1.005 L"), (-250, "-0.250 L")])
    func `a volume is written in litres`(millilitres: Int64, text: String) {
        #expect(Volume.millilitres(millilitres).description == text)
    }

    @Test func `units are thousands of each other`() {
        #expect(Volume.litres(1) == .millilitres(1_000))
        #expect(Volume.cubicMetres(1) == .litres(1_000))
        #expect(Volume.litres(3) * 4 - .litres(2) == .litres(10))
        #expect(-Volume.litres(3) < .zero)
    }

    @Test(arguments: [
        (20_000, 1_800, 10_000), (1, 3_599, 0), (-20_000, 1_800, -10_000), (3_125_000, 3_600, 3_125_000),
    ])
    func `a flow over time is a volume, cut towards zero`(perHour: Int64, seconds: Int64, volume: Int64) {
        #expect(Flow.millilitresPerHour(perHour).volume(inSeconds: seconds) == .millilitres(volume))
    }

    @Test func `a volume over time is a flow; over no time it is none`() {
        #expect(Flow.moving(.litres(10), inSeconds: 1_800) == .litresPerHour(20))
        #expect(Flow.moving(.litres(10), inSeconds: 0) == .zero)
        #expect(Flow.moving(.millilitres(.max), inSeconds: 1) == .millilitresPerHour(.max))
    }

    @Test(arguments: [
        (13, 3_125), (15, 5_000), (20, 5_000), (25, 7_875), (50, 50_000), (100, 125_000), (150, 281_250),
    ])
    func `Q4 grows with the bore`(millimetres: Int, litresPerHour: Int64) {
        #expect(Calibre(millimetres: millimetres).overloadFlow == .litresPerHour(litresPerHour))
    }

    @Test(
        arguments: [(13, 80), (15, 170), (20, 170), (40, 700), (75, 6_500), (100, 11_555)] as [(Int, Int64)]
    )
    func `what a place uses at most in a month grows with the bore`(millimetres: Int, cubicMetres: Int64) {
        #expect(Calibre(millimetres: millimetres).monthlyCeiling == .cubicMetres(cubicMetres))
    }

    @Test func `coverage is cut, so that 1,000 means complete`() {
        #expect(Coverage(knownSeconds: 9_999, totalSeconds: 10_000).permille == 999)
        #expect(Coverage(knownSeconds: 10_000, totalSeconds: 10_000).permille == 1_000)
        #expect(Coverage.none.permille == 1_000)
        #expect(
            (Coverage(knownSeconds: 1, totalSeconds: 2) + Coverage(knownSeconds: 2, totalSeconds: 2)).permille
                == 750
        )
    }
}
