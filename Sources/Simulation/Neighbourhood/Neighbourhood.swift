public import Metering

/// Places that use water, meters that count it, and what goes wrong there: all from one seed.
///
/// The true amount can be asked for any instant, in any order, before and after the end of history. What a meter shows
/// follows from it: first index, dial's end, exchange, resolution. The gateway sees registers only; `truth` is for the
/// comparison at the end.
public final class Neighbourhood: Sendable {
    public let installations: [SimulatedInstallation]
    public let truth: Truth
    private let places: [ServicePoint.ID: Place]

    /// One place with all that was decided about it.
    private struct Place {
        let installation: SimulatedInstallation
        let history: PlaceHistory
        let planted: [PlantedEvent]
        /// What the dial would show at the first midnight.
        let firstIndex: Volume
        let exchange: MeterExchange?
        /// What had been used when the meter was exchanged.
        let usedAtExchange: Volume
    }

    /// - Parameters:
    ///   - installations: the places; each has habits of its own, whoever else is there.
    ///   - span: the history for which events are planted; usage begins at its first day's midnight.
    ///   - seed: the same seed and span give the same water.
    ///   - plants: whether anything goes wrong.
    public init(
        _ installations: [SimulatedInstallation],
        span: Range<Instant>,
        seed: UInt64,
        plants: Bool = true
    ) {
        let firstDay = LocalDay(containing: span.lowerBound)
        var histories: [ServicePoint.ID: PlaceHistory] = [:]
        for installation in installations {
            let id = installation.point.id
            let pattern = DailyPattern(of: installation.point, dial: installation.dial, seed: seed)
            histories[id] = PlaceHistory(pattern, stream: id.rawValue, seed: seed, from: firstDay)
        }
        let planting = Planting(plants ? installations : [], histories, span: span, seed: seed)
        let maker = PlaceMaker(span: span, seed: seed)
        var places: [ServicePoint.ID: Place] = [:]
        var events: [PlantedEvent] = []
        for installation in installations {
            guard let history = histories[installation.point.id] else { continue }
            let planted = planting.events.filter { $0.point == installation.point.id }
            let place = maker.place(installation, history, planted)
            places[installation.point.id] = place
            events += place.planted
        }
        self.installations = installations
        self.places = places
        truth = Neighbourhood.truth(
            span,
            installations.compactMap { places[$0.point.id] },
            events.sorted { ($0.from, $0.point) < ($1.from, $1.point) },
            planting.omissions
        )
    }

    /// What was used at a point from the first day's midnight to `instant`, to the millilitre.
    public func trueVolume(of point: ServicePoint.ID, at instant: Instant) -> Volume {
        used(at: place(point), until: instant)
    }

    /// What the meter of that instant shows: cut to its resolution, round its dial.
    public func register(of point: ServicePoint.ID, at instant: Instant) -> Volume {
        let place = place(point)
        return place.installation.dial.shown(dialVolume(at: place, instant))
    }

    /// What has moved the dial since it was at zero, without its end: what a pulse module goes on counting.
    public func counted(of point: ServicePoint.ID, at instant: Instant) -> Volume {
        let place = place(point)
        return place.firstIndex + used(at: place, until: instant)
    }

    /// The flow over the minute before `instant`.
    public func flow(of point: ServicePoint.ID, at instant: Instant) -> Flow {
        let place = place(point)
        let volume = used(at: place, until: instant) - used(at: place, until: instant - 60)
        return .moving(volume, inSeconds: 60)
    }

    /// The number of the meter that hangs there.
    public func meter(of point: ServicePoint.ID, at instant: Instant) -> Meter.ID {
        let place = place(point)
        guard let exchange = place.exchange, instant >= exchange.at else { return place.installation.meter }
        return exchange.newMeter
    }

    /// Whether the meter has fallen silent; one that is silent at the end of history stays so.
    public func isSilent(_ point: ServicePoint.ID, at instant: Instant) -> Bool {
        place(point).planted.contains { $0.kind == .silence && instant >= $0.from }
    }

    private func place(_ point: ServicePoint.ID) -> Place {
        guard let place = places[point] else { preconditionFailure("nobody lives at \(point)") }
        return place
    }

    private func used(at place: Place, until instant: Instant) -> Volume {
        Neighbourhood.used(at: place, until: instant, historyEnd: truth.span.upperBound)
    }

    /// The dial without its end and to the millilitre.
    private func dialVolume(at place: Place, _ instant: Instant) -> Volume {
        let used = used(at: place, until: instant)
        guard let exchange = place.exchange, instant >= exchange.at else { return place.firstIndex + used }
        return exchange.opening + used - place.usedAtExchange
    }

    private static func used(at place: Place, until instant: Instant, historyEnd: Instant) -> Volume {
        place.planted.reduce(place.history.used(until: instant)) {
            $0 + $1.volume(until: instant, historyEnd: historyEnd)
        }
    }
}

extension Neighbourhood {
    /// Gives a place its first index, and the planted events their exact instants.
    private struct PlaceMaker {
        let span: Range<Instant>
        let seed: UInt64

        func place(
            _ installation: SimulatedInstallation,
            _ history: PlaceHistory,
            _ planted: [PlantedEvent]
        ) -> Place {
            var random = SeededRandom(seed: seed, stream: "\(installation.point.id)/register")
            var first = firstIndex(installation, &random)
            var events = planted
            for index in events.indices where events[index].kind == .rollover {
                let limit = history.used(until: events[index].from)
                first = installation.dial.capacity - limit
                let at = instant(when: history, reaches: limit)
                events[index].from = at
                events[index].to = at
                events[index].detail = "the dial ends at \(installation.dial.capacity.roundedLitres) L"
            }
            guard let index = events.firstIndex(where: { $0.kind == .exchange }) else {
                return Place(
                    installation: installation,
                    history: history,
                    planted: events,
                    firstIndex: first,
                    exchange: nil,
                    usedAtExchange: .zero
                )
            }
            let used = history.used(until: events[index].from)
            let exchange = MeterExchange(
                point: installation.point.id,
                at: events[index].from,
                closing: installation.dial.shown(first + used),
                opening: installation.dial.shown(
                    installation.dial.resolution * 5 + .litres(Int64(random.integer(in: 10...180)))
                ),
                newMeter: Meter.ID(installation.meter.rawValue + "-N")
            )
            events[index].detail = "new meter \(exchange.newMeter)"
            return Place(
                installation: installation,
                history: history,
                planted: events,
                firstIndex: first,
                exchange: exchange,
                usedAtExchange: used
            )
        }

        /// Between 5 and 40 % of what the dial has left above its offset, so that it does not end by itself.
        private func firstIndex(_ place: SimulatedInstallation, _ random: inout SeededRandom) -> Volume {
            let room = max(0, (place.dial.capacity - place.dialOffset).millilitres)
            return place.dialOffset + .millilitres(room / 1_000 * Int64(random.integer(in: 50...400)))
        }

        /// The first second at which `history` has used `limit`.
        private func instant(when history: PlaceHistory, reaches limit: Volume) -> Instant {
            var low = span.lowerBound.secondsSince1970 - 86_400
            var high = span.upperBound.secondsSince1970
            while low < high {
                let middle = low + (high - low) / 2
                let used = history.used(until: Instant(secondsSince1970: middle))
                if used >= limit { high = middle } else { low = middle + 1 }
            }
            return Instant(secondsSince1970: low)
        }
    }

    private static func truth(
        _ span: Range<Instant>,
        _ places: [Place],
        _ events: [PlantedEvent],
        _ omissions: [String]
    ) -> Truth {
        let used = places.reduce(Volume.zero) { sum, place in
            sum + Neighbourhood.used(at: place, in: span, historyEnd: span.upperBound)
        }
        return Truth(
            span: span,
            events: events,
            exchanges: places.compactMap(\.exchange).sorted { $0.at < $1.at },
            months: places.flatMap { months(of: $0, span) },
            used: used,
            omissions: omissions
        )
    }

    private static func months(of place: Place, _ span: Range<Instant>) -> [MonthTruth] {
        let last = LocalDay(containing: span.upperBound)
        var rows: [MonthTruth] = []
        var from = LocalDay(containing: span.lowerBound)
        while from < last {
            let to = min(from.month.next.firstDay, last)
            let used = used(at: place, in: from.start..<to.start, historyEnd: span.upperBound)
            let exchange = place.exchange.flatMap { $0.at < to.start ? $0.newMeter : nil }
            rows.append(
                MonthTruth(
                    point: place.installation.point.id,
                    meter: exchange ?? place.installation.meter,
                    from: from,
                    to: to,
                    registered: used,
                    used: used
                )
            )
            from = to
        }
        return rows
    }

    private static func used(at place: Place, in span: Range<Instant>, historyEnd: Instant) -> Volume {
        used(at: place, until: span.upperBound, historyEnd: historyEnd)
            - used(at: place, until: span.lowerBound, historyEnd: historyEnd)
    }
}

extension Dial {
    /// A volume as the dial shows it: whole counts, below its end.
    func shown(_ volume: Volume) -> Volume {
        let onDial = volume.millilitres % capacity.millilitres
        return .millilitres(onDial - onDial % resolution.millilitres)
    }
}
