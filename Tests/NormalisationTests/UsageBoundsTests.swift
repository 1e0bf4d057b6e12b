import Metering
import Normalisation
import Seeds
import Testing

struct UsageBoundsTests {
    private static func dial(_ resolution: Int64) -> Dial {
        Dial(capacity: .litres(10_000_000), resolution: .litres(resolution))
    }

    @Test(
        arguments: [
            (1, 0, 3, 49, 51), (10, 0, 3, 40, 60), (100, 0, 3, 0, 150), (10, 1, 2, 10, 30), (10, 1, 1, 0, 0),
        ] as [(Int64, Int64, Int64, Int64, Int64)]
    )
    func `whole hours are known to one count`(
        resolution: Int64,
        from: Int64,
        to: Int64,
        least: Int64,
        most: Int64
    ) {
        let bounds = hours([20, 20, 10]).bounds(
            in: instant(from * 3_600)..<instant(to * 3_600),
            on: Self.dial(resolution)
        )
        let isEmpty = from == to
        #expect(bounds.least == .litres(least))
        #expect(bounds.most == (isEmpty ? nil : .litres(most)))
    }

    @Test func `between two readings anything from none to all may have flowed`() {
        let bounds = hours([20, 20, 10]).bounds(in: instant(1_800)..<instant(5_400), on: Self.dial(1))
        #expect(bounds == UsageBounds(least: .zero, most: .litres(41)))
    }

    @Test func `beyond the readings there is no upper bound`() {
        let bounds = hours([20, 20]).bounds(in: instant(0)..<instant(7_201), on: Self.dial(1))
        #expect(bounds == UsageBounds(least: .litres(39), most: nil))
    }

    @Test func `each meter on the way has its own counts, and what is unexplained has none`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        let exchanged = normalised(hourly([1_190, 1_200, 50, 60]), exchanges: exchanges)
        #expect(
            exchanged.series.bounds(in: instant(0)..<instant(10_800), on: Self.dial(1))
                == UsageBounds(least: .litres(34), most: .litres(38))
        )
        let fallen = normalised(hourly([500, 520, 500, 510]))
        #expect(
            fallen.series.bounds(in: instant(0)..<instant(10_800), on: Self.dial(1))
                == UsageBounds(least: .litres(28), most: nil)
        )
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `what really flowed lies within the bounds, on any register, over any span`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = [1, 10, 100].randomElement(using: &random) ?? 1
        // The truth, in millilitres at each minute; the register shows whole counts on the hour.
        var truth: [Int64] = [Int64.random(in: 0...500_000, using: &random)]
        for _ in 0..<6_000 {
            let flow =
                Int.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 0...4_000, using: &random) : 0
            truth.append((truth.last ?? 0) + flow)
        }
        let readings = stride(from: 0, through: 6_000, by: 60).map { minute in
            reading(Int64(minute) * 60, truth[minute] / 1_000 / Int64(count) * Int64(count))
        }
        let series = normalised(readings, resolution: Int64(count)).series
        for _ in 0..<20 {
            let from = Int.random(in: 0..<5_999, using: &random)
            let to = Int.random(in: from + 1...6_000, using: &random)
            let span = instant(Int64(from) * 60)..<instant(Int64(to) * 60)
            let bounds = series.bounds(in: span, on: Self.dial(Int64(count)))
            let flowed = Volume.millilitres(truth[to] - truth[from])
            #expect(bounds.least <= flowed)
            #expect(flowed <= bounds.most ?? .zero)
        }
    }
}
