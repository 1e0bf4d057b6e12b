import Metering

/// The indexes behind a usage series: of every reading that it trusts, held at the highest where jitter lay below.
///
/// Readings that the series doesn't touch (spikes, the unconfirmed newest) are none. 500, 497, 503 L in steps of 0
/// and 3 L are 500, 500, 503 L; a step past the end of a dial of 10,000 L from 9,990 L by 15 L ends at 5 L.
struct TrustedIndexes {
    private(set) var indexes: [(at: Instant, index: Volume)] = []

    init(readings: [Reading], series: UsageSeries, exchanges: [MeterExchange], dial: Dial) {
        guard let first = series.steps.first else { return }
        let values = TrustedIndexes.values(readings)
        guard let start = values[first.from] else { return }
        indexes.reserveCapacity(series.steps.count + 1)
        indexes.append((first.from, start))
        var highest = start
        for step in series.steps {
            switch step.kind {
            case .normal:
                highest += step.volume
            case .rollover:
                highest += step.volume - dial.capacity
            case .exchange:
                let opening = exchanges.last { step.from < $0.at && $0.at <= step.to }?.opening
                guard let index = values[step.to], let opening else { return }
                highest = standing(index, since: opening, step, dial)
            case .unexplained:
                guard let index = values[step.to] else { return }
                highest = index
            }
            indexes.append((step.to, highest))
        }
    }

    /// Where a new meter stands after an exchange: its index, or its opening one while that is higher by jitter.
    private func standing(_ index: Volume, since opening: Volume, _ step: UsageStep, _ dial: Dial) -> Volume {
        let isBelow =
            index < opening ? (opening - index) * 2 <= dial.capacity : index - opening > step.volume
        return isBelow ? opening : index
    }

    /// The index at an end of one of the series' steps.
    func index(at instant: Instant) -> Volume {
        nearest(to: instant, within: 0)?.index ?? .zero
    }

    /// The index nearest to `midnight` within `reach` seconds; of two as near, the earlier one.
    func nearest(to midnight: Instant, within reach: Int64) -> (at: Instant, index: Volume)? {
        let near = indexes[position(from: midnight - reach)...].prefix { $0.at <= midnight + reach }
        return near.min { abs($0.at - midnight) < abs($1.at - midnight) }
    }

    private func position(from instant: Instant) -> Int {
        var low = 0
        var high = indexes.count
        while low < high {
            let middle = (low + high) / 2
            if indexes[middle].at < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The measured index of each instant, by its highest revision.
    private static func values(_ readings: [Reading]) -> [Instant: Volume] {
        var newest: [Instant: Reading] = [:]
        for reading in readings {
            let isCounting = newest[reading.at].map { $0.yields(to: reading) } ?? true
            if isCounting { newest[reading.at] = reading }
        }
        return newest.compactMapValues { $0.quality == .measured ? $0.index : nil }
    }
}
