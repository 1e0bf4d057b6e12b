import Metering

/// Where an announced exchange belongs: between the two readings that show it.
///
/// People note the hour of an exchange from memory, and the old meter's last reading may bear the very second of
/// it. Indexes 1,200, 1,205, 1,208, 46, 50 L on the hour, exchange noted for half past one, closed at 1,210, opened
/// at 44: taken at its word it would put 1,205 to 1,208 at 5 + 1,164 L and leave a fall behind. The readings at the
/// noted hour follow each other without it, and 1,208 to 46 do not; so it lies there, and comes to 2 + 2 L.
///
/// It is moved only when the readings around the noted time need no exchange or are not explained by it; only to two
/// within a day that do need one and that it explains; and only when the series then has fewer places that do not fit.
/// What it adds up to is the same wherever it lies.
struct ExchangePlacement {
    static let mostTried = 4

    private let context: SeriesContext
    private let plain: IndexRules
    /// How far from its noted time an exchange may have happened.
    private let reachSeconds: Int64
    private let readings: [Reading]

    /// The readings are one an instant, in order of time.
    init(_ context: SeriesContext, among readings: [Reading]) {
        self.context = context
        self.readings = readings
        reachSeconds = context.settings.exchangeReachHours * 3_600
        plain = IndexRules(context.with(exchanges: []))
    }

    /// The places where `exchange` may belong instead, the nearest first; none when it fits where it was noted.
    func others(for exchange: MeterExchange) -> [MeterExchange] {
        let noted = first { $0.at >= exchange.at }
        if needsOne(noted), isExplained(noted, by: exchange) { return [] }
        let near = first { $0.at >= exchange.at - reachSeconds }
        let end = first { $0.at > exchange.at + reachSeconds }
        return (near..<max(near, min(end + 1, readings.count)))
            .filter { needsOne($0) && isExplained($0, by: exchange) }
            .filter { readings[$0 - 1].at <= exchange.at + reachSeconds }
            .sorted { distance($0, exchange) < distance($1, exchange) }
            .prefix(ExchangePlacement.mostTried)
            .map { exchange.moved(to: readings[$0].at) }
    }

    /// The position of the first reading that is far enough, or the count of readings.
    private func first(_ isFarEnough: (Reading) -> Bool) -> Int {
        var low = 0
        var high = readings.count
        while low < high {
            let middle = (low + high) / 2
            if isFarEnough(readings[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func distance(_ position: Int, _ exchange: MeterExchange) -> Int64 {
        abs(readings[position].at - exchange.at)
    }

    /// Whether the reading at `position` does not follow the one before it, or only round the end of the dial, which a
    /// new meter that begins at zero looks like.
    private func needsOne(_ position: Int) -> Bool {
        guard let mark = mark(before: position) else { return false }
        return switch plain.advance(from: mark, to: readings[position]) {
        case .used(_, let kind, _): kind == .rollover
        case .held: false
        case .jumped, .fell: true
        }
    }

    /// Whether the exchange leads to the reading at `position` from the one before it, or from the one before that where
    /// a corrupt one lies in between.
    private func isExplained(_ position: Int, by exchange: MeterExchange) -> Bool {
        guard position < readings.count else { return false }
        let reading = readings[position]
        let rules = IndexRules(context.with(exchanges: [exchange.moved(to: reading.at)]))
        return [position, position - 1].compactMap(mark).contains {
            rules.advance(from: $0, to: reading).fits
        }
    }

    private func mark(before position: Int) -> Mark? {
        guard position > 0, position < readings.count else { return nil }
        let reading = readings[position - 1]
        return Mark(at: reading.at, highest: reading.index)
    }
}

extension MeterExchange {
    fileprivate func moved(to instant: Instant) -> MeterExchange {
        MeterExchange(point: point, at: instant, closing: closing, opening: opening, newMeter: newMeter)
    }
}
