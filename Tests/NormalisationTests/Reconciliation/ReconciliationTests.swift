import Metering
import Normalisation
import Seeds
import Testing

struct ReconciliationTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a path merged with itself is unchanged`(seed: UInt64) {
        let truth = KnownTruth(seed: seed)
        let context = SeriesContext(
            dial: truth.context.dial,
            calibre: truth.context.calibre,
            exchanges: truth.exchanges
        )
        let result = Reconciliation(context).reconcile(truth.readings, with: truth.readings)
        #expect(result.readings.map(\.reading) == truth.readings)
        #expect(result.readings.allSatisfy { $0.provenance == .ownPath })
        #expect(result.skewSeconds == 0)
        #expect(result.missing.onFirst.isEmpty && result.missing.onSecond.isEmpty)
        #expect(result.offset == .zero)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `offset and skew are found, whatever they are`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let offset = Int64.random(in: -4_000_000...4_000_000, using: &random)
        let skew = Int64.random(in: -3_000...3_000, using: &random)
        let paths = TwoPaths(
            seed: seed,
            offset: offset,
            skew: skew,
            index: .random(in: 0..<10_000_000, using: &random)
        )
        let result = paths.reconciled
        #expect(result.offset == .litres(offset), "seed \(seed)")
        #expect(result.skewSeconds == skew, "seed \(seed)")
        #expect(result.verdict == (abs(skew) > 120 ? .skewed(seconds: skew) : .offset(.litres(offset))))
        #expect(result.filled.isEmpty)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `a gap is filled with what the first path would have shown, and adds nothing`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let offset = Int64.random(in: -4_000_000...4_000_000, using: &random)
        let skew = Int64.random(in: -600...600, using: &random)
        let whole = TwoPaths(seed: seed, offset: offset, skew: skew, index: 9_995_000)
        let from = Int64.random(in: 1...180, using: &random)
        let silent = whole.silent(from..<from + Int64.random(in: 1...40, using: &random))
        let result = silent.reconciled
        #expect(result.merged == whole.first, "seed \(seed)")
        #expect(normalised(result.merged).total == normalised(silent.first).total)
        #expect(result.missing.onFirst == result.filled.map(\.at))
    }

    @Test(arguments: [0..<30, 200..<240] as [Range<Int64>])
    func `before the first and after the last reading it goes on from there`(hours: Range<Int64>) {
        let whole = TwoPaths(seed: 5, offset: 700)
        #expect(whole.silent(hours).reconciled.merged == whole.first)
    }

    @Test func `paths that never overlap say nothing about each other`() {
        var paths = TwoPaths(seed: 6)
        paths.first.removeLast(130)
        paths.second.removeFirst(130)
        #expect(paths.reconciled.verdict == .unknown)
        #expect(paths.reconciled.filled.isEmpty)
        #expect(paths.reconciled.offset == nil)
    }

    @Test(arguments: [(23, true), (24, false)] as [(Int64, Bool)])
    func `less than a day in common is unknown`(hours: Int64, isUnknown: Bool) {
        #expect((TwoPaths(seed: 7, hours: hours).reconciled.verdict == .unknown) == isUnknown)
        let none = Reconciliation(context()).reconcile([], with: [])
        #expect(none.verdict == .unknown)
        #expect(none.readings.isEmpty)
    }

    @Test(arguments: [(10, true), (11, false)] as [(Int64, Bool)])
    func `jitter is no offset`(offset: Int64, agrees: Bool) {
        let paths = TwoPaths(seed: 8, offset: offset)
        #expect((paths.reconciled.verdict == .agree) == agrees)
        #expect(paths.reconciled.offset == .litres(offset))
    }

    @Test func `a second path that stops counting disagrees from there on, and fills nothing`() {
        var paths = TwoPaths(seed: 9)
        paths.second =
            paths.second.prefix(150)
            + paths.second[150...].map { late in
                Reading(point: late.point, at: late.at, index: paths.second[149].index)
            }
        let silent = paths.silent(200..<210)
        let result = silent.reconciled
        guard case .disagree(let span, let amount) = result.verdict else {
            Issue.record("expected a disagreement, found \(result.verdict)")
            return
        }
        #expect(span.lowerBound >= instant(150 * 3_600) && span.lowerBound < instant(165 * 3_600))
        #expect(amount > .litres(1_000))
        #expect(result.filled.isEmpty)
        #expect(normalised(result.merged) == normalised(silent.first))
    }

    @Test func `while it still agreed, its readings count`() {
        var paths = TwoPaths(seed: 9)
        paths.second =
            paths.second.prefix(150)
            + paths.second[150...].map { late in
                Reading(point: late.point, at: late.at, index: paths.second[149].index)
            }
        let whole = paths.first
        #expect(paths.silent(60..<70).reconciled.merged == whole)
    }

    @Test func `a spike on one path is nobody's disagreement`() {
        var paths = TwoPaths(seed: 10)
        let odd = paths.second[100]
        paths.second[100] = Reading(point: odd.point, at: odd.at, index: .litres(7_000_000))
        #expect(paths.reconciled.verdict == .agree)
        #expect(paths.reconciled.missing.onSecond == [odd.at])
    }

    @Test func `an exchange begins a new offset, and what is unknown there is not carried over`() {
        let swapped = exchange(at: 120 * 3_600 - 600, closing: 50_000, opening: 44)
        let first = (0..<240 as Range<Int64>).map {
            reading($0 * 3_600, $0 < 120 ? 48_000 + $0 * 10 : 44 + ($0 - 120) * 7)
        }
        let second = first.map {
            Reading(point: $0.point, at: $0.at, index: $0.index + .litres($0.at < swapped.at ? 100 : 900))
        }
        let context = context(exchanges: [swapped])
        let heard = first.filter { !(instant(170 * 3_600)..<instant(180 * 3_600)).contains($0.at) }
        let result = Reconciliation(context).reconcile(heard, with: second)
        #expect(result.merged == first)
        #expect(result.offset == .litres(900))
        let early = first.filter { $0.at < instant(110 * 3_600) }
        #expect(
            Reconciliation(context).reconcile(early, with: second).filled.allSatisfy { $0.at < swapped.at }
        )
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `paths that have nothing to do with each other never invent usage`(seed: UInt64) {
        let silent = TwoPaths(seed: seed).silent(100..<130)
        let stranger = TwoPaths(seed: seed + 1_000, offset: 12_345)
        let result = Reconciliation(context()).reconcile(silent.first, with: stranger.second)
        let inside = result.merged.filter { $0.at <= silent.first.last?.at ?? instant(0) }
        #expect(normalised(inside).total == normalised(silent.first).total)
    }
}
