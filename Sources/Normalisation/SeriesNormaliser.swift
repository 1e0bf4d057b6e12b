public import Metering

/// Turns the indexes of one service point into usage that can be trusted.
///
/// A meter's index should only ever rise. What it does instead, and the rule that knows it:
///
/// 1. The same instant twice, an estimate, a withdrawn value: `Evidence`.
/// 2. Up and down by a few counts around a standstill: `JitterRule`.
/// 3. Past the last digit and on from zero: `RolloverRule`.
/// 4. Another meter's index after an announced exchange: `ExchangeRule`.
/// 5. More than the pipe can carry: `PipeRule`.
/// 6. One corrupt index, or a few, that leave and come back: `SpikeRule`; at the very start, `HeadRule`.
/// 7. An exchange noted for the wrong hour: `ExchangePlacement`.
/// 8. The old meter, still heard of after it was removed: `RemovedMeterRule`.
///
/// What no rule knows is a discontinuity: its step has no volume, the series goes on from the new index, and a person
/// must name the cause. The newest reading has no successor that could speak for it, so where it does not fit it is
/// held out until one comes.
public struct SeriesNormaliser: Sendable {
    private let context: SeriesContext

    public init(_ context: SeriesContext) {
        self.context = context
    }

    /// The usage that `readings` show, whatever the order in which they came.
    ///
    /// Nothing is remembered between calls: an exchange or a correction that became known late gives the same series
    /// as one known in time.
    ///
    /// - Parameter readings: of one service point; in any order, with any revisions.
    /// - Returns: steps that touch, from the first evidence to the last.
    public func normalise(_ readings: [Reading]) -> NormalisedSeries {
        walk(readings).result
    }

    /// The finished walk, with every place where it stood.
    func walk(_ readings: [Reading]) -> IndexWalk {
        let evidence = Evidence.choose(from: readings, outside: context.invalid)
        let placement = ExchangePlacement(context, among: evidence)
        var exchanges = context.exchanges
        var best = walk(evidence, placing: exchanges)
        for position in exchanges.indices {
            for other in placement.others(for: exchanges[position]) {
                var tried = exchanges
                tried[position] = other
                let walk = walk(evidence, placing: tried)
                if walk.misfits < best.misfits { (exchanges, best) = (tried, walk) }
            }
        }
        return best
    }

    private func walk(_ evidence: [Reading], placing exchanges: [MeterExchange]) -> IndexWalk {
        let placed = context.with(exchanges: exchanges)
        let strays = RemovedMeterRule(placed).strays(among: evidence)
        let own = strays.isEmpty ? evidence : evidence.filter { !strays.contains($0.at) }
        return IndexWalk(placed, along: own, without: strays.sorted())
    }
}
