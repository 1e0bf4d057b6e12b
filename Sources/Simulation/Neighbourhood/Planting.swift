import Metering

/// Chooses from the seed what goes wrong, where and when; never two things at one meter.
struct Planting {
    /// Rules need some days of history, and some days to see what began.
    private static let leadSeconds: Int64 = 5 * 86_400
    private static let tailSeconds: Int64 = 97 * 3_600
    /// What is usual at a place takes three days to know.
    private static let burstLeadSeconds: Int64 = 80 * 3_600
    private static let shortestSpan: Int64 = 4 * 86_400

    private(set) var events: [PlantedEvent] = []
    private(set) var omissions: [String] = []
    private let span: Range<Instant>
    private let histories: [ServicePoint.ID: PlaceHistory]
    private var free: [SimulatedInstallation]
    private var random: SeededRandom

    init(
        _ installations: [SimulatedInstallation],
        _ histories: [ServicePoint.ID: PlaceHistory],
        span: Range<Instant>,
        seed: UInt64
    ) {
        self.span = span
        self.histories = histories
        random = SeededRandom(seed: seed, stream: "planting")
        free = random.shuffled(installations)
        guard length >= Planting.shortestSpan else {
            omissions = ["everything: a history of less than 4 days shows nothing"]
            return
        }
        plantBurst()
        plantLeak("on a line", goesOn: false) { !$0.isFeed }
        plantLeak("in the feed", goesOn: true) { $0.isFeed }
        plantExchange()
        plantSilence()
        plantRollover()
        events.sort { ($0.from, $0.point) < ($1.from, $1.point) }
    }

    private var length: Int64 { span.upperBound - span.lowerBound }

    /// When something may begin: 5 days after the start and 97 h before the end, or two fifths of a short span.
    private var beginnings: Range<Instant> {
        let lead = min(Planting.leadSeconds, length * 2 / 5)
        let tail = min(Planting.tailSeconds, length * 2 / 5)
        return span.lowerBound + lead..<span.upperBound - tail
    }

    private mutating func plantLeak(
        _ place: String,
        goesOn: Bool,
        where fits: (SimulatedInstallation) -> Bool
    ) {
        let homes = free.filter(\.isInhabitedHome)
        let fine = homes.filter { $0.dial.resolution <= .litres(1) }
        guard let home = fine.first(where: fits) ?? homes.first(where: fits) ?? fine.first ?? homes.first
        else {
            omissions.append("leak_continuous \(place): no home left")
            return
        }
        let least = max(8, Int(home.dial.resolution.roundedLitres) * 3 / 2)
        let rate = random.integer(in: least * 1_000...max(40, least) * 1_000)
        let from = instant(in: beginnings, percent: goesOn ? 40...75 : 0...45)
        let length = Int64(random.integer(in: 5 * 86_400...12 * 86_400))
        let to = goesOn ? span.upperBound : min(from + length, span.upperBound)
        add(.leakContinuous, home, from, to, .millilitresPerHour(Int64(rate)))
    }

    /// Most of what the meter can carry, at a home whose own busy hours are far below.
    private mutating func plantBurst() {
        let first = max(beginnings.lowerBound, span.lowerBound + Planting.burstLeadSeconds)
        guard first < beginnings.upperBound else {
            omissions.append("burst: too few hours before it to know what is usual")
            return
        }
        let from = instant(in: first..<beginnings.upperBound, percent: 30...90)
        let homes = free.filter(\.isInhabitedHome)
        guard
            let home = homes.first(where: { isQuiet($0, before: from, permille: 250) })
                ?? homes.first(where: { isQuiet($0, before: from, permille: 600) })
        else {
            omissions.append("burst: no home whose usual hours are far below its meter's permanent flow")
            return
        }
        let permanent = home.point.calibre.permanentFlow.millilitresPerHour
        let rate = permanent * Int64(random.integer(in: 65...90)) / 100
        let to = from + Int64(random.integer(in: 5 * 3_600...10 * 3_600))
        add(.burst, home, from, min(to, span.upperBound), .millilitresPerHour(rate))
    }

    /// Whether so many thousandths of the permanent flow are six times the 95th percentile hour so far, or more.
    private func isQuiet(_ home: SimulatedInstallation, before instant: Instant, permille: Int64) -> Bool {
        guard let history = histories[home.point.id] else { return false }
        let starts = stride(
            from: span.lowerBound.secondsSince1970,
            to: instant.secondsSince1970,
            by: 3_600
        )
        let hours = starts.map { start in
            let from = Instant(secondsSince1970: start)
            return (history.used(until: from + 3_600) - history.used(until: from)).millilitres
        }.sorted()
        guard !hours.isEmpty else { return false }
        let flow = home.point.calibre.permanentFlow.millilitresPerHour * permille / 1_000
        return flow >= hours[hours.count * 95 / 100] * 6
    }

    private mutating func plantExchange() {
        let inUse = free.filter(\.isInUse)
        let place =
            inUse.first(where: \.isFeed) ?? inUse.first(where: \.canFallSilentAlone) ?? inUse.first
        guard let place else {
            omissions.append("meter_exchange: no meter left")
            return
        }
        let day = LocalDay(containing: instant(in: beginnings, percent: 0...80))
        let at = day.start + Int64(random.integer(in: 10 * 3_600...15 * 3_600))
        add(.exchange, place, at, at, nil)
    }

    private mutating func plantSilence() {
        guard
            let place = free.first(where: { $0.canFallSilentAlone && !$0.isFeed })
                ?? free.first(where: \.canFallSilentAlone)
        else {
            omissions.append("comm_loss: no meter that could fall silent alone")
            return
        }
        add(.silence, place, instant(in: beginnings, percent: 30...90), span.upperBound, nil)
    }

    /// The instant of the rollover follows from the first index, which the neighbourhood sets to suit it.
    private mutating func plantRollover() {
        guard let place = free.first(where: { $0.isInUse && used(at: $0) > $0.dial.resolution * 10 }) else {
            omissions.append("rollover: no meter left that moves")
            return
        }
        let at = span.lowerBound + length * Int64(random.integer(in: 420...680)) / 1_000
        add(.rollover, place, at, at, nil)
    }

    private func used(at place: SimulatedInstallation) -> Volume {
        histories[place.point.id]?.used(until: span.upperBound) ?? .zero
    }

    private mutating func add(
        _ kind: PlantedEvent.Kind,
        _ place: SimulatedInstallation,
        _ from: Instant,
        _ to: Instant,
        _ rate: Flow?
    ) {
        free.removeAll { $0.point.id == place.point.id }
        events.append(
            PlantedEvent(
                kind: kind,
                point: place.point.id,
                meter: place.meter,
                from: from,
                to: to,
                rate: rate
            )
        )
    }

    private mutating func instant(in range: Range<Instant>, percent: ClosedRange<Int>) -> Instant {
        let width = range.upperBound - range.lowerBound
        return range.lowerBound + width * Int64(random.integer(in: percent)) / 100
            + Int64(random.integer(in: 0...59)) * 60 * min(1, width / 360_000)
    }
}
