import Metering
import Seeds
import Testing

@testable import Normalisation

/// Nothing is created and nothing is lost.
struct ConservationTests {
    /// What the register advanced, modulo its capacity, less usage and what is declared unexplained.
    private static func unaccounted(_ walk: IndexWalk, _ dial: Dial) -> Volume {
        guard let first = walk.marks.first, let last = walk.marks.last else { return .zero }
        let result = walk.result
        let used = result.series.steps.reduce(Volume.zero) { $0 + $1.volume }
        let declared = result.discontinuities.reduce(Volume.zero) {
            $0 + ($1.kind == .jump ? $1.amount : -$1.amount)
        }
        return dial.wrapped(last.highest - first.highest - used - declared)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `of any readings, the advance is usage plus what is declared unexplained`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let capacity: Int64 = [2_000, 100_000, 10_000_000].randomElement(using: &random) ?? 2_000
        var index = Int64.random(in: 0..<capacity, using: &random)
        let readings = (0..<300 as Range<Int64>).map { hour in
            switch Int.random(in: 0..<10, using: &random) {
            case 0: index = Int64.random(in: 0..<capacity, using: &random)
            case 1: index -= Int64.random(in: 0...200, using: &random)
            default: index += Int64.random(in: 0...400, using: &random)
            }
            index = (index % capacity + capacity) % capacity
            return reading(hour * Int64.random(in: 3_000...3_600, using: &random), index)
        }
        let context = context(capacity: capacity)
        let walk = SeriesNormaliser(context).walk(readings)
        #expect(Self.unaccounted(walk, context.dial) == .zero)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `gaps that are filled later from the meter's own history give the series of one that had none`(
        seed: UInt64
    ) {
        let truth = KnownTruth(seed: seed)
        var random = SeededGenerator(seed: seed)
        let start = instant(Int64.random(in: 1...100, using: &random) * 3_600)
        let end = start + Int64.random(in: 1...30, using: &random) * 3_600
        let missed = truth.readings.filter { start <= $0.at && $0.at < end }
        let heard = truth.readings.filter { $0.at < start || end <= $0.at }
        let gap = truth.normaliser.normalise(heard)
        let filled = truth.normaliser.normalise(heard + missed.shuffled(using: &random))
        #expect(filled == truth.normaliser.normalise(truth.readings))
        #expect(gap.total == truth.used)
        #expect(filled.total == truth.used)
    }
}
