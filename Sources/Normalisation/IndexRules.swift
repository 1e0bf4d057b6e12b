import Metering

/// The rules for two readings that follow each other, in their order.
struct IndexRules: Sendable {
    let jitter: JitterRule
    let pipe: PipeRule
    private let exchange: ExchangeRule
    private let rollover: RolloverRule

    init(_ context: SeriesContext) {
        jitter = JitterRule(context.dial)
        pipe = PipeRule(context)
        exchange = ExchangeRule(context)
        rollover = RolloverRule(context.dial)
    }

    /// How `reading` follows `mark`, by these two alone.
    func advance(from mark: Mark, to reading: Reading) -> Advance {
        let carried = pipe.mostCarried(inSeconds: reading.at - mark.at)
        if let crossing = exchange.crossing(from: mark, to: reading) {
            if crossing.fall > .zero { return .fell(by: crossing.fall) }
            guard crossing.used <= carried else { return .jumped(by: crossing.used) }
            return .used(crossing.used, .exchange, highest: crossing.highest)
        }
        let rise = reading.index - mark.highest
        return rise < .zero
            ? descent(rise, to: reading.index, carried) : ascent(rise, to: reading.index, carried)
    }

    private func ascent(_ rise: Volume, to index: Volume, _ carried: Volume) -> Advance {
        if rise <= carried { return .used(rise, .normal, highest: index) }
        guard let round = rollover.wayRound(rise), -round <= carried else { return .jumped(by: rise) }
        return fall(by: -round)
    }

    private func descent(_ rise: Volume, to index: Volume, _ carried: Volume) -> Advance {
        if let round = rollover.wayRound(rise), round <= carried {
            return .used(round, .rollover, highest: index)
        }
        return fall(by: -rise)
    }

    private func fall(by amount: Volume) -> Advance {
        jitter.holds(fall: amount) ? .held(below: amount) : .fell(by: amount)
    }
}
