import Metering

/// The rules for two readings that follow each other, in their order.
struct IndexRules: Sendable {
    let jitter: JitterRule
    let pipe: PipeRule
    let settings: IndexSettings
    private let exchange: ExchangeRule
    private let rollover: RolloverRule

    init(_ context: SeriesContext) {
        jitter = JitterRule(context)
        pipe = PipeRule(context)
        settings = context.settings
        exchange = ExchangeRule(context)
        rollover = RolloverRule(context.dial)
    }

    /// How `reading` follows `mark`, by these two alone.
    func advance(from mark: Mark, to reading: Reading) -> Advance {
        let carried = pipe.mostCarried(inSeconds: reading.at - mark.at)
        let sustained = pipe.mostSustained(inSeconds: reading.at - mark.at)
        if let crossing = exchange.crossing(from: mark, to: reading, believing: sustained) {
            if crossing.fall > .zero { return .fell(by: crossing.fall) }
            guard crossing.used <= carried else { return .jumped(by: crossing.used) }
            return .used(crossing.used, .exchange, highest: crossing.highest)
        }
        let rise = reading.index - mark.highest
        if rise < .zero { return descent(rise, to: reading.index, sustained) }
        guard let round = rollover.wayRound(rise) else {
            return rise <= carried ? .used(rise, .normal, highest: reading.index) : .jumped(by: rise)
        }
        return climb(rise, orFall: -round, to: reading.index, carried, sustained)
    }

    /// More than half the dial upwards: usage, or a fall through zero.
    private func climb(
        _ rise: Volume,
        orFall fall: Volume,
        to index: Volume,
        _ carried: Volume,
        _ sustained: Volume
    ) -> Advance {
        if jitter.holds(fall: fall) { return .held(below: fall) }
        if rise <= sustained { return .used(rise, .normal, highest: index) }
        return fall <= carried ? .fell(by: fall) : .jumped(by: rise)
    }

    private func descent(_ rise: Volume, to index: Volume, _ sustained: Volume) -> Advance {
        if let round = rollover.wayRound(rise), round <= sustained {
            return .used(round, .rollover, highest: index)
        }
        return jitter.holds(fall: -rise) ? .held(below: -rise) : .fell(by: -rise)
    }
}
