import Metering
import Testing

@testable import Simulation

struct NeighbourhoodTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `use never falls and adds up, in whatever order it is asked for`(seed: UInt64) {
        let neighbourhood = Sample.neighbourhood(seed: seed)
        var random = SeededRandom(seed: seed, stream: "asking")
        for place in Sample.places {
            let asked = (0..<200).map { _ in Sample.start + Int64(random.integer(in: 0...5_184_000)) }
            let answers = asked.map { neighbourhood.trueVolume(of: place.point.id, at: $0) }
            let again = Sample.neighbourhood(seed: seed)
            var last = Volume.zero
            for instant in asked.sorted() {
                let used = again.trueVolume(of: place.point.id, at: instant)
                #expect(used >= last)
                last = used
            }
            let repeated = asked.map { again.trueVolume(of: place.point.id, at: $0) }
            #expect(answers == repeated)
        }
    }

    @Test func `one more place changes nothing for the others`() {
        let few = Sample.quiet(Array(Sample.places.prefix(3)))
        let all = Sample.quiet(Sample.places)
        for place in few.installations {
            let at = Sample.start + 150_000
            #expect(few.counted(of: place.point.id, at: at) == all.counted(of: place.point.id, at: at))
        }
    }

    @Test func `another seed gives other water`() {
        let place = Sample.place(1)
        let at = Sample.start + 172_800
        let one = Sample.quiet([place], seed: 1).trueVolume(of: place.point.id, at: at)
        let other = Sample.quiet([place], seed: 2).trueVolume(of: place.point.id, at: at)
        #expect(one != other)
    }

    @Test(arguments: 1...20)
    func `a home uses nothing in some hour of every night, and a believable amount by day`(number: Int) {
        let place = Sample.place(number)
        let history = PlaceHistory(
            DailyPattern(of: place.point, dial: place.dial, seed: 1),
            stream: place.point.id.rawValue,
            seed: 1,
            from: LocalDay(containing: Sample.start)
        )
        for day in 0..<60 {
            let midnight = Sample.start + Int64(day) * 86_400
            let quiet = (1..<5).filter { hour in
                let from = midnight + Int64(hour) * 3_600
                return history.used(until: from + 3_600) == history.used(until: from)
            }
            #expect(!quiet.isEmpty, "day \(day)")
        }
        let perDay = history.used(until: Sample.start + 60 * 86_400).roundedLitres / 60
        #expect((80...1_100).contains(perDay), "\(perDay) L a day")
    }

    @Test func `a coarse register leaves four quiet hours every night`() {
        let place = Sample.place(3, resolution: .litres(10))
        let neighbourhood = Sample.quiet([place])
        for day in 0..<60 {
            let midnight = Sample.start + Int64(day) * 86_400
            let one = neighbourhood.trueVolume(of: place.point.id, at: midnight + 3_600)
            #expect(neighbourhood.trueVolume(of: place.point.id, at: midnight + 5 * 3_600) == one)
        }
    }

    @Test func `a house that never sleeps has flow in every hour, an empty one in none`() {
        let flats = Sample.place(7, "apartment_master", calibre: 40)
        let empty = Sample.place(14, "vacant")
        let neighbourhood = Sample.quiet([flats, empty])
        for hour in 0..<240 {
            let from = Sample.start + Int64(hour) * 3_600
            let used =
                neighbourhood.trueVolume(of: flats.point.id, at: from + 3_600)
                - neighbourhood.trueVolume(of: flats.point.id, at: from)
            #expect(used > .litres(20))
        }
        #expect(neighbourhood.trueVolume(of: empty.point.id, at: Sample.start + 864_000) == .zero)
    }

    @Test func `the register is the true amount on the dial, cut to its resolution`() {
        let place = Sample.place(6, "restaurant", calibre: 25, resolution: .litres(10))
        let neighbourhood = Sample.quiet([place])
        let first = neighbourhood.counted(of: place.point.id, at: Sample.start)
        for hour in 0..<100 {
            let at = Sample.start + Int64(hour) * 3_600
            let exact = first + neighbourhood.trueVolume(of: place.point.id, at: at)
            let shown = neighbourhood.register(of: place.point.id, at: at)
            #expect(shown.millilitres.isMultiple(of: 10_000))
            #expect((Int64(0)..<10_000).contains((exact - shown).millilitres))
        }
    }

    @Test func `a day's amounts add up to its uses, whatever their times`() {
        let uses = [
            WaterUse(at: 0, lasting: 86_400, millilitres: 24_001),
            WaterUse(at: 59, lasting: 2, millilitres: 7),
            WaterUse(at: 86_390, lasting: 600, millilitres: 999),
            WaterUse(at: 100, lasting: 0, millilitres: 5),
        ]
        let curve = DayCurve(uses)
        #expect(curve.total == 24_001 + 7 + 999 + 5)
        #expect(curve.used(before: 0) == 0)
        #expect(curve.used(before: 86_400) == curve.total)
        #expect((0..<86_400).allSatisfy { curve.used(before: $0) <= curve.used(before: $0 + 1) })
    }
}
