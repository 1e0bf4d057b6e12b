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
        let result = Reconciled(truth.readings, truth.readings, context)
        #expect(result.fillings == [])
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
        let none = Reconciled([], [], context())
        #expect(none.verdict == .unknown)
        #expect(none.merged.isEmpty)
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
        let result = Reconciled(heard, second, context)
        #expect(result.merged == first)
        #expect(result.offset == .litres(900))
        let early = first.filter { $0.at < instant(110 * 3_600) }
        #expect(
            Reconciled(early, second, context).filled.allSatisfy { $0.at < swapped.at }
        )
    }

    @Test func `the second way is read by the same terms as the first`() {
        var settings = IndexSettings()
        settings.jitterLitres = 500
        let own = SeriesContext(dial: context().dial, calibre: context().calibre, settings: settings)
        let second = Reconciliation(own, resolution: .litres(100)).secondContext
        #expect(second.settings == settings)
        #expect(second.dial.resolution == .litres(100))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a gap is filled by the week around it alone`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = TwoPaths(seed: seed, hours: 900, offset: 4_321, skew: 300)
        let from = Int64.random(in: 300...500, using: &random)
        let gap = from..<from + Int64.random(in: 2...60, using: &random)
        let silent = whole.silent(gap)
        let reach = Reconciliation.reachSeconds
        let near = instant(gap.lowerBound * 3_600 - 3_600 - reach)...instant(gap.upperBound * 3_600 + reach)
        let part = Reconciliation(context()).fill(
            silent.first.filter { near.contains($0.at) },
            from: silent.second.filter { near.contains($0.at) },
            isWhole: false
        )
        let inside = Reconciliation(context()).fill(silent.first, from: silent.second, isWhole: true)
        #expect(part.readings == inside.readings && !part.readings.isEmpty, "seed \(seed)")
        // Elsewhere another offset holds: it is another time.
        let late = silent.second.map {
            let isFar = $0.at > near.upperBound
            return isFar
                ? Reading(point: $0.point, at: $0.at, index: $0.index + .litres(77)) : $0
        }
        let other = Reconciliation(context()).fill(silent.first, from: late, isWhole: true)
        #expect(other.readings == inside.readings, "seed \(seed)")
        #expect(inside.changed(since: near.upperBound + 1) == near.upperBound + 1)
        #expect(inside.changed(since: near.upperBound - 3_600) < instant(gap.lowerBound * 3_600))
    }

    @Test func `a register that stood still is not believed just before the first one comes back`() {
        var paths = TwoPaths(seed: 12)
        let stuck = paths.second[100].index
        paths.second = paths.second.prefix(141).map {
            $0.at > paths.second[100].at ? Reading(point: $0.point, at: $0.at, index: stuck) : $0
        }
        paths.first = paths.first.filter { $0.at <= instant(101 * 3_600) || $0.at == instant(141 * 3_600) }
        let silent = Reconciliation(context()).fill(paths.first, from: paths.second, isWhole: true)
        #expect(silent.readings == [])
        // While nothing came back it is all that is known.
        paths.first.removeLast()
        let open = Reconciliation(context()).fill(paths.first, from: paths.second, isWhole: true)
        #expect(open.readings.count == 39)
    }

    @Test func `where the first register goes on from elsewhere unexplained, nothing is carried over`() {
        let whole = TwoPaths(seed: 13)
        let fallen = whole.first.filter { !(instant(100 * 3_600)..<instant(130 * 3_600)).contains($0.at) }.map
        {
            $0.at < instant(100 * 3_600)
                ? $0 : Reading(point: $0.point, at: $0.at, index: $0.index - .litres(900))
        }
        #expect(Reconciliation(context()).fill(fallen, from: whole.second, isWhole: true).readings == [])
    }

    @Test func `the coarser register has the say`() {
        let whole = TwoPaths(seed: 14).silent(200..<220)
        let coarse = whole.second.map {
            let step: Int64 = 100_000
            let cut = $0.index.millilitres / step * step
            return Reading(point: $0.point, at: $0.at, index: .millilitres(cut))
        }
        let reconciliation = Reconciliation(context(), resolution: .litres(100))
        #expect(reconciliation.compare(whole.first, with: coarse).verdict == .agree)
        let filled = reconciliation.fill(whole.first, from: coarse, isWhole: true).readings
        #expect(filled.count == 20)
        let all = (whole.first + filled.map(\.reading)).sorted { $0.at < $1.at }
        #expect(normalised(all).total == normalised(whole.first).total)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `paths that have nothing to do with each other never invent usage`(seed: UInt64) {
        let silent = TwoPaths(seed: seed).silent(100..<130)
        let stranger = TwoPaths(seed: seed + 1_000, offset: 12_345)
        let result = Reconciled(silent.first, stranger.second, context())
        let inside = result.merged.filter { $0.at <= silent.first.last?.at ?? instant(0) }
        #expect(normalised(inside).total == normalised(silent.first).total)
    }
}
