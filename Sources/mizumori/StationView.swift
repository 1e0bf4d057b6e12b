import Acquisition
import Alerting
import Console
import Gateway
import Mail
import Metering
import Storage

/// The station as its console shows it.
struct StationView: Sendable {
    private let station: Station

    init(_ station: Station) {
        self.station = station
    }

    var parts: ConsoleParts {
        ConsoleParts(
            overview: { try await overview(at: presentInstant()) },
            health: { try await health() },
            counts: { try await counts() },
            push: { try await push($0) }
        )
    }

    private var store: MeterStore { station.store }

    private func push(_ delivery: PushedDelivery) async throws -> PushOutcome {
        let outcome = try await PushIntake(station)
            .take(delivery.body, from: delivery.path, named: delivery.name, at: delivery.answered)
        return switch outcome {
        case .taken: .taken
        case .unknownPath: .unknownPath
        case .refused(let reason): .refused(reason)
        }
    }

    func overview(at now: Instant) async throws -> Overview {
        let today = LocalDay(containing: now)
        let last = try await store.lastReadings()
        let usage = try await store.dailyUsage(on: today)
        let states = try await store.pathStates()
        let incidents = try await shownIncidents().map(StationView.row)
        let elapsed = max(1, now - today.start)
        let turned = try await pointsTurned(since: today.start)
        let newest = try await newestByWay(at: now)
        let points = station.configuration.pilot.installations.map { installation in
            let id = installation.point.id
            let day = turned.contains(id) ? nil : usage.first { $0.point == id }
            let path = station.path(of: installation.source)
            let second = installation.second.map { station.path(of: $0.source) }
            return PointRow(
                id: id,
                calibre: installation.point.calibre,
                lastReading: newest[id] ?? last[id].map { PointRow.LastReading(index: $0.index, at: $0.at) },
                usageToday: day?.volume,
                coverageToday: Coverage(
                    knownSeconds: min(day?.knownSeconds ?? 0, elapsed),
                    totalSeconds: elapsed
                ),
                incident: incidents.filter { $0.subject == .point(id) && $0.state != .closed }.max {
                    $0.level < $1.level
                },
                path: path,
                pathState: StationView.state(of: path, in: states),
                secondPath: second,
                secondPathState: second.map { StationView.state(of: $0, in: states) } ?? .unknown
            )
        }
        return Overview(
            station: station.configuration.settings.station,
            at: now,
            dataUntil: points.compactMap(\.lastReading?.at).max(),
            coverageToday: points.reduce(.none) { $0 + $1.coverageToday },
            points: points,
            incidents: incidents
        )
    }

    /// The newest reading of each point that has two ways.
    private func newestByWay(at now: Instant) async throws -> [ServicePoint.ID: PointRow.LastReading] {
        let pilot = station.configuration.pilot
        let ledger = Ledger(store: store, pilot: pilot)
        var newest: [ServicePoint.ID: PointRow.LastReading] = [:]
        for installation in pilot.installations where installation.second != nil {
            guard let last = try await ledger.newest(of: installation.point.id, at: now) else { continue }
            newest[installation.point.id] = PointRow.LastReading(
                index: last.reading.index,
                at: last.reading.at,
                route: last.route
            )
        }
        return newest
    }

    /// Where a contract began or ended since then: what was used that day is two residents', and is not shown.
    private func pointsTurned(since instant: Instant) async throws -> Set<ServicePoint.ID> {
        let events = try await store.events(since: instant).map(\.event)
        return Set(events.filter(\.kind.turnsContract).compactMap(\.point))
    }

    /// Every incident that is not over, and the latest ones that are.
    private func shownIncidents() async throws -> [Incident] {
        let all = try await store.incidents()
        return all.filter(\.isCurrent) + all.filter { !$0.isCurrent }.suffix(20)
    }

    private func health() async throws -> Health {
        let counts = try await counts()
        let outbox = try await store.outboxCounts()
        return Health(
            paths: counts.paths,
            outbox: OutboxHealth(
                waiting: outbox.waiting,
                failing: outbox.retrying + outbox.givenUp,
                oldestAgeSeconds: outbox.waitingSince.map { max(0, presentInstant() - $0) }
            ),
            lastCommit: counts.lastCommit,
            readings: counts.readings,
            incidentsOpen: counts.incidentsOpen
        )
    }

    private func counts() async throws -> Counts {
        let states = try await store.pathStates()
        let outbox = try await store.outboxCounts()
        return Counts(
            readings: try await store.readingCount(),
            captures: try await store.captureCount(),
            quarantined: try await store.quarantineCount(),
            mailsWaiting: outbox.waiting,
            mailsFailing: outbox.retrying + outbox.givenUp,
            incidentsOpen: try await store.incidents(currentOnly: true).count,
            lastCommit: try await store.lastCommit(),
            paths: station.paths.map { path in
                let state = states.first { $0.path == path }
                return PathHealth(
                    id: path,
                    isUp: state?.isUp,
                    since: state?.since,
                    detail: state?.detail ?? ""
                )
            },
            units: station.counts.all.map { path, unit, counts in
                UnitHealth(
                    path: path,
                    unit: unit,
                    byKind: Dictionary(
                        uniqueKeysWithValues: counts.byKind.map { ($0.key.description, $0.value) }
                    ),
                    strays: counts.strays,
                    lastTurnaroundMicroseconds: counts.lastTurnaround?.microseconds
                )
            }
        )
    }

    private static func state(of path: Path.ID, in states: [Storage.PathState]) -> Console.PathState {
        guard let state = states.first(where: { $0.path == path }) else { return .unknown }
        return state.isUp ? .up : .down(since: state.since)
    }

    private static func row(_ incident: Incident) -> IncidentRow {
        IncidentRow(
            id: incident.id.description,
            subject: incident.subject,
            kind: incident.kind,
            title: incident.kind.japanese,
            level: IncidentRow.Level(rawValue: incident.severity.rawValue) ?? .notice,
            state: state(of: incident),
            startedAt: incident.startedAt,
            openedAt: incident.openedAt,
            closedAt: incident.closedAt,
            rate: incident.rate,
            volume: incident.volume,
            partner: incident.partner
        )
    }

    private static func state(of incident: Incident) -> IncidentRow.State {
        switch incident.state {
        case .open: .open
        case .acknowledged: .acknowledged
        case .closed: .closed
        }
    }
}

extension Station {
    /// The path of a way by which a meter's index comes in.
    func path(of source: Installation.Source) -> Path.ID {
        switch source {
        case .line(let wiring): wiring.path
        case .feed: configuration.settings.feed?.id ?? Path.ID("feed")
        case .files(let folder): folder
        }
    }

    /// Every way that the configuration names.
    var paths: [Path.ID] {
        configuration.settings.lines.map(\.id) + (configuration.settings.feed?.paths ?? [])
    }
}
