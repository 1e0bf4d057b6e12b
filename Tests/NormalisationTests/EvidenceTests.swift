import Metering
import Normalisation
import Testing

struct EvidenceTests {
    @Test func `a reading sent twice is kept once`() {
        let once = hourly([500, 510, 530])
        #expect(normalised(once + once) == normalised(once))
        #expect(normalised(once).litres == [10, 20])
    }

    @Test func `the highest revision of an instant counts, whenever it came`() {
        let wrong = hourly([500, 700, 530])
        let correction = reading(3_600, 510, revision: 2)
        #expect(normalised(wrong + [correction]).litres == [10, 20])
        #expect(normalised([correction] + wrong).litres == [10, 20])
    }

    @Test(arguments: [ReadingQuality.estimated, .suspect])
    func `an estimate or a doubtful value is no evidence`(quality: ReadingQuality) {
        let readings = hourly([500, nil, 530]) + [reading(3_600, 9_000, quality: quality)]
        #expect(normalised(readings).litres == [30])
    }

    @Test func `a correction that withdraws a value leaves a gap`() {
        let readings = hourly([500, 510, 530]) + [reading(3_600, 510, quality: .suspect, revision: 2)]
        #expect(normalised(readings).litres == [30])
    }

    @Test func `what was declared invalid is no evidence, and counts again when the range is taken back`() {
        let readings = hourly([500, 510, 900, 910, 560, 561])
        let range = instant(7_200)..<instant(14_400)
        #expect(normalised(readings, invalid: [range]).litres == [10, 50, 1])
        #expect(
            normalised(readings, invalid: [range, range, instant(0)..<instant(0)]).litres == [10, 50, 1]
        )
        #expect(normalised(readings).causes == ["fall 350"])
    }

    @Test func `the end of an invalid range is valid`() {
        let range = instant(3_600)..<instant(7_200)
        #expect(normalised(hourly([500, 510, 530]), invalid: [range]).litres == [30])
        #expect(normalised(hourly([500, 510, 530]), invalid: [instant(0)..<instant(1)]).litres == [20])
    }

    @Test func `a withdrawn value that is given again counts again`() {
        let readings =
            hourly([500, 510, 530]) + [
                reading(3_600, 510, quality: .suspect, revision: 2), reading(3_600, 512, revision: 3),
            ]
        #expect(normalised(readings).litres == [12, 18])
    }

    @Test func `of two values that contradict each other the smaller counts, in any order`() {
        let readings = hourly([500, 510, 530]) + [reading(3_600, 515)]
        #expect(normalised(readings).litres == [10, 20])
        #expect(normalised(readings.reversed()).litres == [10, 20])
    }

    @Test func `a measured value beats an estimate of the same revision`() {
        let readings = hourly([500, 510, 530]) + [reading(3_600, 505, quality: .estimated)]
        #expect(normalised(readings).litres == [10, 20])
        #expect(normalised(readings.reversed()).litres == [10, 20])
    }

    @Test func `what no register can show is no evidence`() {
        let point = ServicePoint.ID("S-00001")
        let absurd = [Int64.max, -1, .min].enumerated().map { position, index in
            Reading(point: point, at: instant(Int64(position) * 60 + 60), index: .millilitres(index))
        }
        #expect(normalised(hourly([500, 510]) + absurd).litres == [10])
    }

    @Test func `one reading or none makes no usage`() {
        #expect(normalised([]).litres == [])
        #expect(normalised(hourly([500])).litres == [])
        #expect(!normalised(hourly([500])).isTailUnconfirmed)
    }

    @Test func `nothing in an invalid stretch is evidence, its end excluded, whatever its revisions`() {
        let readings = hourly([500, 505, 510, 515]) + [reading(3_600, 506, revision: 2)]
        #expect(normalised(readings, invalid: [instant(3_600)..<instant(7_200)]).litres == [10, 5])
        #expect(normalised(readings, invalid: [instant(3_600)..<instant(7_201)]).litres == [15])
        let overlapping = [instant(7_200)..<instant(7_201), instant(0)..<instant(7_200)]
        #expect(normalised(readings, invalid: overlapping).litres == [])
        #expect(normalised(readings).litres == [6, 4, 5])
    }
}
