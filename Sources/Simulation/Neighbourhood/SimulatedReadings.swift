public import Metering
public import Reporting

/// A city's worth of hourly readings with known truth, one meter at a time, in files of the form that `evaluate` reads.
///
/// Of a hundred meters about seventy are homes, the rest gardens, flats, shops, restaurants and empty houses, as the
/// seed falls. A meter is exchanged once in eight years on average (the term of its verification), announced; one in
/// forty begins near its dial's end, so that it wraps. Nothing leaks and no reading is missing.
public struct SimulatedReadings: Sendable {
    public let meters: Int
    public let days: Range<LocalDay>
    private let seed: UInt64
    private let resolution: Volume

    /// What there is to tell of one meter.
    public struct Account: Sendable {
        public let row: MeterRow
        /// What the meter showed at every full hour, from the first midnight to the one after the last day.
        public let indexes: [Volume]
        public let exchange: ExchangeRow?
        public let months: [TruthRow]
    }

    /// - Parameters:
    ///   - meters: how many; they are numbered from 1.
    ///   - days: from the first midnight on.
    ///   - seed: the same seed and days give the same water.
    ///   - resolution: one count of every register.
    public init(meters: Int, days: Range<LocalDay>, seed: UInt64, resolution: Volume = .litres(1)) {
        self.meters = meters
        self.days = days
        self.seed = seed
        self.resolution = resolution
    }

    /// Every full hour that has a reading.
    public var hours: [Instant] {
        let count = Int64(days.upperBound.daysSince1970 - days.lowerBound.daysSince1970) * 24
        return (0...count).map { days.lowerBound.start + $0 * 3_600 }
    }

    /// One meter, from 1; any order gives the same.
    public func account(of number: Int) -> Account {
        var random = SeededRandom(seed: seed, stream: "meter \(number)")
        let point = point(number, &random)
        let dial = Dial(capacity: .cubicMetres(10_000), resolution: resolution)
        let span = days.lowerBound.start..<days.upperBound.start
        let history = PlaceHistory(
            DailyPattern(of: point, dial: dial, seed: seed),
            stream: point.id.rawValue,
            seed: seed,
            from: days.lowerBound
        )
        let first = firstIndex(on: dial, used: history.used(until: span.upperBound), &random)
        let exchange = exchange(at: point.id, history, dial, first, &random)
        let indexes = hours.map { hour -> Volume in
            let used = history.used(until: hour)
            guard let exchange, hour >= exchange.at else { return dial.shown(first + used) }
            return dial.shown(exchange.opening + used - history.used(until: exchange.at))
        }
        return Account(
            row: MeterRow(
                meter: Meter.ID(point.id.rawValue),
                calibre: point.calibre,
                useClass: point.useClass,
                dial: dial
            ),
            indexes: indexes,
            exchange: exchange.map { ExchangeRow(meter: Meter.ID(point.id.rawValue), exchange: $0) },
            months: months(of: point.id, history)
        )
    }

    private func point(_ number: Int, _ random: inout SeededRandom) -> ServicePoint {
        let name: String
        let bore: Int
        switch random.integer(in: 0...99) {
        case ..<70: (name, bore) = ("household", random.chance(600) ? 13 : 20)
        case ..<80: (name, bore) = ("household_garden", 20)
        case ..<85: (name, bore) = ("apartment_master", 40)
        case ..<89: (name, bore) = ("shop", 20)
        case ..<92: (name, bore) = ("restaurant", 25)
        case ..<94: (name, bore) = ("care_home", 50)
        default: (name, bore) = ("vacant", 13)
        }
        let digits = String(number + 1_000_000).dropFirst()
        return ServicePoint(
            id: ServicePoint.ID("S-\(digits)"),
            calibre: Calibre(millimetres: bore),
            useClass: UseClass(name)
        )
    }

    private func firstIndex(on dial: Dial, used: Volume, _ random: inout SeededRandom) -> Volume {
        if random.chance(25) {
            let before = Int64(random.integer(in: 100...900)) * (used.millilitres / 1_000)
            return dial.capacity - .millilitres(max(before, 1))
        }
        return .millilitres(dial.capacity.millilitres / 1_000 * Int64(random.integer(in: 10...400)))
    }

    private func exchange(
        at point: ServicePoint.ID,
        _ history: PlaceHistory,
        _ dial: Dial,
        _ first: Volume,
        _ random: inout SeededRandom
    ) -> MeterExchange? {
        let count = days.upperBound.daysSince1970 - days.lowerBound.daysSince1970
        guard count > 2, random.integer(in: 0...8 * 365) < count else { return nil }
        let day = days.lowerBound.advanced(by: random.integer(in: 1...count - 2))
        let at = day.start + Int64(random.integer(in: 9 * 60...17 * 60)) * 60
        return MeterExchange(
            point: point,
            at: at,
            closing: dial.shown(first + history.used(until: at)),
            opening: dial.shown(.litres(Int64(random.integer(in: 0...300)))),
            newMeter: Meter.ID(point.rawValue + "-N")
        )
    }

    private func months(of point: ServicePoint.ID, _ history: PlaceHistory) -> [TruthRow] {
        var rows: [TruthRow] = []
        var from = days.lowerBound
        while from < days.upperBound {
            let to = min(from.month.next.firstDay, days.upperBound)
            let used = history.used(until: to.start) - history.used(until: from.start)
            rows.append(
                TruthRow(meter: Meter.ID(point.rawValue), from: from, to: to, registered: used, used: used)
            )
            from = to
        }
        return rows
    }
}
