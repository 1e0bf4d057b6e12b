import Metering

/// A removed meter stands still: what repeats its closing index after the exchange is not the new meter's.
///
/// It comes when an old module goes on sending from a shelf, or when a number is used again. Closed at 1,210,
/// opened at 44 L: of 50, 1,210, 1,211, 55 L the middle two are within jitter of the closing index, far from what
/// the new meter showed before, and above what it shows later. No register of one meter does that, so they are no
/// evidence. Closed at 1,210, opened at 5,000 L: 1,210 lies below anything that the new meter can show.
///
/// Looked for during thirty days, and only until the next exchange. A new meter that itself passes the closing index
/// gets there by small steps and shows nothing below it afterwards, and is left alone.
struct RemovedMeterRule {
    private let exchanges: [MeterExchange]
    private let jitter: JitterRule
    private let settings: IndexSettings

    init(_ context: SeriesContext) {
        exchanges = context.exchanges
        settings = context.settings
        jitter = JitterRule(context)
    }

    /// The readings of meters that no longer hang there, by instant; `readings` are in order of time.
    func strays(among readings: [Reading]) -> Set<Instant> {
        var strays: Set<Instant> = []
        for (position, exchange) in exchanges.enumerated() {
            let next = exchanges[(position + 1)...].first?.at
            let reach = exchange.at + settings.removedMeterDays * 86_400
            let end = next.map { min($0, reach) } ?? reach
            let since = readings.filter { exchange.at <= $0.at && $0.at < end }
            strays.formUnion(self.strays(of: exchange, among: since))
        }
        return strays
    }

    private func strays(of exchange: MeterExchange, among readings: [Reading]) -> [Instant] {
        var strays: [Instant] = []
        var last = exchange.opening
        for (position, reading) in readings.enumerated() {
            let isStray =
                repeats(exchange.closing, reading) && isFar(reading, from: last)
                && (reading.index < exchange.opening - jitter.limit
                    || readings[(position + 1)...].contains { isBelow($0, reading, since: exchange) })
            if isStray { strays.append(reading.at) } else { last = reading.index }
        }
        return strays
    }

    private func repeats(_ closing: Volume, _ reading: Reading) -> Bool {
        jitter.holds(fall: max(reading.index - closing, closing - reading.index))
    }

    private func isFar(_ reading: Reading, from last: Volume) -> Bool {
        max(reading.index - last, last - reading.index) > jitter.limit * settings.removedMeterTimesJitter
    }

    /// Whether a later reading is the new meter's, and has not got so far yet.
    private func isBelow(_ later: Reading, _ reading: Reading, since exchange: MeterExchange) -> Bool {
        later.index < reading.index - jitter.limit && later.index >= exchange.opening - jitter.limit
    }
}
