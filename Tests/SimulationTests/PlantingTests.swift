import Metering
import Simulation
import Testing

struct PlantingTests {
    @Test func `nothing is planted where nothing is wanted, and the water is the same`() throws {
        let planted = Sample.neighbourhood()
        let plain = Neighbourhood(Sample.places, span: Sample.span(), seed: 1, plants: false)
        #expect(plain.truth.events.isEmpty && plain.truth.exchanges.isEmpty)
        let troubled = Set(planted.truth.events.map(\.point))
        let calm = try #require(Sample.places.first { !troubled.contains($0.point.id) })
        #expect(
            plain.truth.months.filter { $0.point == calm.point.id }
                == planted.truth.months.filter { $0.point == calm.point.id }
        )
    }

    @Test(arguments: Array(1...25) as [UInt64])
    func `every seed plants the whole set, one at a meter, in time to be found`(seed: UInt64) {
        let truth = Sample.neighbourhood(seed: seed).truth
        let kinds = truth.events.map(\.kind.rawValue).sorted()
        #expect(
            kinds == [
                "burst", "comm_loss", "leak_continuous", "leak_continuous", "meter_exchange", "rollover",
            ]
        )
        #expect(Set(truth.events.map(\.point)).count == truth.events.count)
        #expect(truth.omissions.isEmpty)
        for event in truth.events {
            #expect(event.from >= truth.span.lowerBound + 5 * 86_400)
            #expect(event.from <= truth.span.upperBound - 96 * 3_600)
            #expect(event.to <= truth.span.upperBound)
        }
    }

    @Test(arguments: Array(1...10) as [UInt64])
    func `one leak is on a line and one in the feed, both at homes and of 8 to 40 litres an hour`(
        seed: UInt64
    ) throws {
        let leaks = Sample.neighbourhood(seed: seed).truth.events.filter { $0.kind == .leakContinuous }
        let places = try leaks.map { leak in
            try #require(Sample.places.first { $0.point.id == leak.point })
        }
        #expect(Set(places.map { $0.reach == .feed }) == [true, false])
        #expect(places.allSatisfy { $0.point.useClass.name == "household" })
        for leak in leaks {
            let rate = try #require(leak.rate)
            #expect((8_000...40_000).contains(rate.millilitresPerHour))
        }
    }

    @Test(arguments: Array(1...10) as [UInt64])
    func `planted water is in the amount, to the millilitre`(seed: UInt64) throws {
        let with = Sample.neighbourhood(seed: seed)
        let without = Sample.quiet(Sample.places, seed: seed)
        for event in with.truth.events where event.rate != nil {
            let rate = try #require(event.rate)
            let at = event.from + 3_600
            let extra =
                with.trueVolume(of: event.point, at: at) - without.trueVolume(of: event.point, at: at)
            #expect(extra == .millilitres(rate.millilitresPerHour))
            let before = event.from
            #expect(
                with.trueVolume(of: event.point, at: before)
                    == without.trueVolume(of: event.point, at: before)
            )
        }
    }

    @Test(arguments: Array(1...10) as [UInt64])
    func `a burst is a large part of what the meter carries, and far above the home's busy hours`(
        seed: UInt64
    ) throws {
        let neighbourhood = Sample.neighbourhood(seed: seed)
        let burst = try #require(neighbourhood.truth.events.first { $0.kind == .burst })
        let place = try #require(Sample.places.first { $0.point.id == burst.point })
        let rate = try #require(burst.rate).millilitresPerHour
        #expect(rate * 100 >= place.point.calibre.permanentFlow.millilitresPerHour * 60)
        let hours = stride(from: Sample.start.secondsSince1970, to: burst.from.secondsSince1970, by: 3_600)
            .map { second in
                let from = Instant(secondsSince1970: second)
                return neighbourhood.trueVolume(of: burst.point, at: from + 3_600).millilitres
                    - neighbourhood.trueVolume(of: burst.point, at: from).millilitres
            }.sorted()
        #expect(rate >= hours[hours.count * 95 / 100] * 5)
        #expect((5 * 3_600...10 * 3_600).contains(burst.to - burst.from))
    }

    @Test(arguments: Array(1...10) as [UInt64])
    func `one register rolls over in the middle of history, and only that one`(seed: UInt64) throws {
        let neighbourhood = Sample.neighbourhood(seed: seed)
        let rollover = try #require(neighbourhood.truth.events.first { $0.kind == .rollover })
        let share = (rollover.from - Sample.start) * 100 / (Sample.days * 86_400)
        #expect((40...70).contains(share))
        let exchanged = neighbourhood.truth.exchanges.map(\.point)
        for place in Sample.places where !exchanged.contains(place.point.id) {
            let registers = (0...Sample.days).map {
                neighbourhood.register(of: place.point.id, at: Sample.start + $0 * 86_400)
            }
            let falls = zip(registers, registers.dropFirst()).count { $1 < $0 }
            #expect(falls == (place.point.id == rollover.point ? 1 : 0))
        }
        let before = neighbourhood.register(of: rollover.point, at: rollover.from - 1)
        let after = neighbourhood.register(of: rollover.point, at: rollover.from)
        #expect(before > .cubicMetres(9_999))
        #expect(after < .cubicMetres(1))
    }

    @Test(arguments: Array(1...10) as [UInt64])
    func `an exchanged meter closes at its register and opens elsewhere than at zero`(seed: UInt64) throws {
        let neighbourhood = Sample.neighbourhood(seed: seed)
        let exchange = try #require(neighbourhood.truth.exchanges.first)
        let point = exchange.point
        #expect(exchange.opening > .zero)
        #expect(neighbourhood.register(of: point, at: exchange.at) == exchange.opening)
        #expect(exchange.closing - neighbourhood.register(of: point, at: exchange.at - 1) <= .litres(20))
        #expect(neighbourhood.meter(of: point, at: exchange.at - 1) != exchange.newMeter)
        #expect(neighbourhood.meter(of: point, at: exchange.at) == exchange.newMeter)
        let later = exchange.at + 10 * 86_400
        let used =
            neighbourhood.trueVolume(of: point, at: later)
            - neighbourhood.trueVolume(of: point, at: exchange.at)
        let moved = neighbourhood.register(of: point, at: later) - exchange.opening
        #expect((Int64(0)..<1_000).contains((used - moved).millilitres))
    }

    @Test func `a silent meter is alone behind its unit and stays silent`() throws {
        for seed in UInt64(1)...10 {
            let neighbourhood = Sample.neighbourhood(seed: seed)
            let silence = try #require(neighbourhood.truth.events.first { $0.kind == .silence })
            let place = try #require(Sample.places.first { $0.point.id == silence.point })
            #expect(place.reach != .wired(hasUnitOfItsOwn: false))
            #expect(!neighbourhood.isSilent(silence.point, at: silence.from - 1))
            #expect(neighbourhood.isSilent(silence.point, at: silence.from))
            #expect(neighbourhood.isSilent(silence.point, at: Sample.start + 1_000 * 86_400))
        }
    }

    @Test func `months are clipped to the history and add up to all that was used`() {
        let truth = Sample.neighbourhood().truth
        let sum = truth.months.reduce(Volume.zero) { $0 + $1.used }
        #expect(sum == truth.used)
        let days = truth.months.filter { $0.point == Sample.places[0].point.id }.map {
            "\($0.from)..\($0.to)"
        }
        #expect(days == ["2026-01-01..2026-02-01", "2026-02-01..2026-03-01", "2026-03-01..2026-03-02"])
    }

    @Test(arguments: [(2, 0), (5, 5), (6, 6), (11, 6), (30, 6)] as [(Int64, Int)])
    func `a short history plants what fits and says what does not`(days: Int64, planted: Int) {
        let truth = Sample.neighbourhood(days: days).truth
        #expect(truth.events.count == planted)
        #expect(truth.omissions.isEmpty == (planted == 6))
        #expect(truth.events.allSatisfy { truth.span.contains($0.from) })
    }

    @Test func `where nothing fits nothing is planted`() {
        let truth = Sample.neighbourhood(seed: 1, [Sample.place(14, "vacant")]).truth
        #expect(truth.events.map(\.kind) == [.silence])
        #expect(truth.omissions.count == 5)
    }
}
