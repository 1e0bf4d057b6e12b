import Metering

/// Usage across announced exchanges: what the old meter still showed, and what the new one shows since.
///
/// Last index before 1,200 L; closed at 1,210, opened at 44; first index after 50 L: 10 + 6 = 16 L. Each leg is one
/// meter's own way, round the end of its dial where it must be: 9,999,990 L, closed at 5 L: 15 L. Two exchanges
/// between two readings are three legs. A leg that runs backwards by jitter is 0 L; by more, the announcement does
/// not fit the indexes.
struct ExchangeRule {
    private let exchanges: [MeterExchange]
    private let jitter: JitterRule
    private let rollover: RolloverRule

    /// The way from one reading to the next over one exchange or more.
    struct Crossing {
        let used: Volume
        /// How far one of the legs runs backwards; zero when the announcement fits.
        let fall: Volume
        /// Where the new meter stands: its index, or its opening one while that is higher.
        let highest: Volume
    }

    init(_ context: SeriesContext) {
        exchanges = context.exchanges
        jitter = JitterRule(context)
        rollover = RolloverRule(context.dial)
    }

    /// The legs from `mark` to `reading`, each round the end of its dial by no more than `most`.
    ///
    /// - Parameters:
    ///   - mark: where the series stands.
    ///   - reading: the next one.
    ///   - most: the longest way round the end of a dial that is believed.
    /// - Returns: nil when no exchange lies after `mark` and up to `reading`.
    func crossing(from mark: Mark, to reading: Reading, believing most: Volume) -> Crossing? {
        guard exchanges.contains(where: { mark.at < $0.at && $0.at <= reading.at }) else { return nil }
        var used = Volume.zero
        var fall = Volume.zero
        var start = mark.highest
        for exchange in exchanges where mark.at < exchange.at && exchange.at <= reading.at {
            let way = leg(from: start, to: exchange.closing, believing: most)
            used += max(way, .zero)
            fall = max(fall, -way)
            start = exchange.opening
        }
        let way = leg(from: start, to: reading.index, believing: most)
        return Crossing(
            used: used + max(way, .zero),
            fall: max(fall, -way),
            highest: way == .zero ? start : reading.index
        )
    }

    /// The advance of one meter; negative when it fell by more than jitter.
    private func leg(from start: Volume, to end: Volume, believing most: Volume) -> Volume {
        let rise = end - start
        let round = rollover.wayRound(rise).flatMap { $0 <= most ? $0 : nil }
        let fall = rise < .zero ? -rise : -(round ?? .zero)
        if fall > .zero, jitter.holds(fall: fall) { return .zero }
        return rise < .zero ? round ?? rise : rise
    }
}
