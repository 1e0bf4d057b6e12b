import Metering
import Normalisation
import Seeds
import Testing

struct SeriesAnchorTests {
    @Test func `a walk may not begin at a small fall, but at a rise beyond jitter that goes on`() {
        let indexes: [Int64] = [500, 497, 497, 520, 521, 530, 531, 540, 541, 541]
        let readings = hourly(indexes)
        let context = SeriesContext(
            dial: Dial(capacity: .cubicMetres(10_000), resolution: .litres(1)),
            calibre: Calibre(millimetres: 13)
        )
        #expect(SeriesAnchor(context).newest(in: readings, at: instant(5 * 3_600)) == instant(3 * 3_600))
        #expect(SeriesAnchor(context).newest(in: readings, at: instant(2 * 3_600)) == nil)
    }

    @Test(arguments: [UInt64](1...300))
    func `from an anchor on, a walk ends where the whole one does`(seed: UInt64) throws {
        let truth = KnownTruth(seed: seed, swaps: seed.isMultiple(of: 3))
        let readings = truth.readings.sorted { ($0.at, $0.revision) < ($1.at, $1.revision) }
        let context = SeriesContext(
            dial: truth.context.dial,
            calibre: truth.context.calibre,
            exchanges: truth.exchanges
        )
        let whole = SeriesNormaliser(context).normalise(readings)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let limit = instant(Int64.random(in: 0...240, using: &generator) * 3_600)
            guard let start = SeriesAnchor(context).newest(in: readings, at: limit) else { continue }
            let rest = SeriesNormaliser(context).normalise(readings.filter { $0.at >= start })
            #expect(
                rest.series.steps == whole.series.steps.filter { $0.from >= start },
                "seed \(seed), from \(start)"
            )
            #expect(rest.discontinuities == whole.discontinuities.filter { $0.from >= start })
        }
    }

    @Test func `where no meter was exchanged, most limits have an anchor`() {
        let found = (1...100).filter { seed in
            let truth = KnownTruth(seed: UInt64(seed), swaps: false)
            return SeriesAnchor(truth.context).newest(in: truth.readings, at: instant(200 * 3_600)) != nil
        }
        #expect(found.count > 90)
    }
}
