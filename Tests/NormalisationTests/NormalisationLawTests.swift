import Metering
import Normalisation
import Seeds
import Testing

/// Laws that hold for every series; a failure names its seed.
struct NormalisationLawTests {
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `usage equals the truth to the litre, whatever the register and the line did`(seed: UInt64) {
        let truth = KnownTruth(seed: seed)
        let result = truth.normaliser.normalise(truth.readings)
        #expect(result.total == truth.used)
        #expect(result.causes == [])
        #expect(!result.isTailUnconfirmed)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `also when exchanges were noted for the wrong hour`(seed: UInt64) {
        let truth = KnownTruth(seed: seed, noteError: 20 * 3_600)
        let result = truth.normaliser.normalise(truth.readings)
        #expect(result.total == truth.used)
        #expect(result.causes == [])
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `any order of arrival gives the same series, and so do duplicates`(seed: UInt64) {
        let truth = KnownTruth(seed: seed)
        var random = SeededGenerator(seed: seed)
        let expected = truth.normaliser.normalise(truth.readings)
        #expect(truth.normaliser.normalise(truth.readings.shuffled(using: &random)) == expected)
        let twice = (truth.readings + truth.readings).shuffled(using: &random)
        #expect(truth.normaliser.normalise(twice) == expected)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `steps touch, and the parts of any split add up to the truth`(seed: UInt64) throws {
        let truth = KnownTruth(seed: seed)
        var random = SeededGenerator(seed: seed)
        let series = truth.normaliser.normalise(truth.readings).series
        for (step, next) in zip(series.steps, series.steps.dropFirst()) { #expect(step.to == next.from) }
        let span = try #require(series.span)
        let cut = span.lowerBound + Int64.random(in: 0...(span.upperBound - span.lowerBound), using: &random)
        let parts = [span.lowerBound..<cut, cut..<span.upperBound].map { series.usage(in: $0) }
        #expect(parts[0].volume + parts[1].volume == truth.used)
        #expect(parts[0].coverage + parts[1].coverage == series.usage(in: span).coverage)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `of pure noise every step is either plausible or unexplained and named`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let readings = (0..<300).map { hour in
            reading(Int64(hour) * 3_600, Int64.random(in: 0..<100_000, using: &random))
        }
        let exchanges = [exchange(at: 100_000, closing: 50_000, opening: 7)]
        let result = normalised(readings, exchanges: exchanges, capacity: 100_000)
        let unexplained = result.series.steps.filter { $0.kind == .unexplained }
        #expect(unexplained.map(\.from) == result.discontinuities.map(\.from))
        #expect(unexplained.map(\.to) == result.discontinuities.map(\.to))
        #expect(unexplained.allSatisfy { $0.volume == .zero })
        #expect(result.discontinuities.allSatisfy { $0.amount > .zero })
        #expect(result.spikes.allSatisfy { spike in result.series.steps.allSatisfy { $0.to != spike } })
        for step in result.series.steps {
            #expect(step.volume.millilitres <= 3_125_000 * (step.seconds + 300) / 3_600 + 2_000)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `reading by reading, the newest one alone may be held out`(seed: UInt64) {
        let truth = KnownTruth(seed: seed)
        let instants = Set(truth.readings.filter { $0.quality == .measured }.map(\.at)).sorted()
        for end in instants {
            let known = truth.readings.filter { $0.at <= end }
            let result = truth.normaliser.normalise(known)
            let reached = result.series.span?.upperBound ?? instants[0]
            let isNewest = reached == end || result.isTailUnconfirmed || result.spikes.last == end
            #expect(isNewest)
        }
    }
}
