public import Alerting
public import Billing
public import Gateway
public import Metering
import Normalisation
import Storage

/// What the gateway made of history, beside what really happened.
public struct TruthComparison: Sendable {
    /// Alarms of each kind that were planted, and those of them that were found while or shortly after they went on.
    public private(set) var planted: [String: Int] = [:]
    public private(set) var found: [String: Int] = [:]
    /// Incidents at service points that nothing planted explains.
    public private(set) var falseIncidents: [Incident] = []
    public private(set) var periods: [MonthTotal.Quality: Int] = [:]
    /// The largest difference of a measured month from the register, in litres.
    public private(set) var largestMeasuredErrorLitres: Int64 = 0
    /// What the gateway's series come to over the span.
    public private(set) var registered = Volume.zero
    public private(set) var coverage = Coverage.none
    public private(set) var months: [(point: ServicePoint.ID, total: MonthTotal)] = []

    /// A finding counts until so long after the event's end: data come late.
    private static let graceSeconds: Int64 = 72 * 3_600

    private let truth: Truth
    private let span: Range<Instant>

    /// - Parameters:
    ///   - truth: what was planted and used.
    ///   - span: the instants compared; whole days in Japan.
    public init(_ truth: Truth, span: Range<Instant>) {
        self.truth = truth
        self.span = span
    }

    /// Reads the station's store.
    ///
    /// - Throws: `StoreError` when the store can't be read.
    public mutating func read(_ station: Station) async throws {
        let incidents = try await station.store.incidents()
        compare(incidents)
        let ledger = Ledger(store: station.store, pilot: station.configuration.pilot)
        let days = LocalDay(containing: span.lowerBound)..<LocalDay(containing: span.upperBound)
        for point in station.configuration.pilot.installations.map(\.point.id) {
            guard let account = try await ledger.account(of: point, around: days) else { continue }
            add(account, at: point, days)
        }
    }

    private mutating func add(_ account: Ledger.Account, at point: ServicePoint.ID, _ days: Range<LocalDay>) {
        let usage = account.series.usage(in: span)
        registered += usage.volume
        coverage = coverage + usage.coverage
        for total in MonthTotals(series: account.series).totals(over: days) {
            months.append((point, total))
            periods[total.quality, default: 0] += 1
            let month = truth.months.first { $0.point == point && $0.from == total.from && $0.to == total.to }
            guard total.quality == .measured, let litres = total.usageLitres, let month else { continue }
            let error = abs(Volume.litres(litres).millilitres - month.registered.millilitres)
            largestMeasuredErrorLitres = max(largestMeasuredErrorLitres, (error + 999) / 1_000)
        }
        for event in truth.events where event.point == point && event.kind.isArithmetic {
            let wanted: UsageStep.Kind = event.kind == .rollover ? .rollover : .exchange
            let step = account.series.steps.first {
                $0.kind == wanted && $0.from <= event.from && event.from <= $0.to
            }
            note(event, isFound: step != nil)
        }
    }

    private mutating func compare(_ incidents: [Incident]) {
        let pointIncidents = incidents.filter { $0.subject.isPoint && $0.kind.isExchanged }
        for event in truth.events where !event.kind.isArithmetic && event.from < span.upperBound {
            note(event, isFound: pointIncidents.contains { explains(event, $0) })
        }
        falseIncidents = pointIncidents.filter { incident in
            !truth.events.contains { explains($0, incident) }
        }
    }

    private mutating func note(_ event: PlantedEvent, isFound: Bool) {
        planted[event.kind.rawValue, default: 0] += 1
        found[event.kind.rawValue, default: 0] += isFound ? 1 : 0
    }

    private func explains(_ event: PlantedEvent, _ incident: Incident) -> Bool {
        event.kind.rawValue == incident.kind.rawValue && incident.subject == .point(event.point)
            && event.from <= incident.openedAt && incident.openedAt <= event.to + TruthComparison.graceSeconds
    }
}

extension PlantedEvent.Kind {
    /// Whether the gateway accounts for it silently instead of raising an alarm.
    var isArithmetic: Bool { self == .exchange || self == .rollover }
}

extension Finding.Subject {
    fileprivate var isPoint: Bool {
        if case .point = self { true } else { false }
    }
}
