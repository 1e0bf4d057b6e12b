import Acquisition
import Metering
import Storage

/// Finds out what the feed owes, and remembers what it was asked for.
struct Redelivery: Sendable {
    let store: MeterStore
    let live: LiveConfiguration

    /// - Parameter now: the present instant.
    /// - Returns: what to ask for now; nothing where no feed is configured, or it does not deliver again.
    /// - Throws: `StoreError` when the store can't be read.
    func owed(at now: Instant) async throws -> [RedeliveryRequest] {
        let configuration = live.current
        guard let feed = configuration.settings.feed, let terms = feed.redelivery else { return [] }
        let plan = RedeliveryPlan(
            terms: terms,
            dueSeconds: Int64(configuration.settings.feedDelayHours) * 3_600
        )
        let days = plan.open(at: now)
        guard let first = days.first, let last = days.last else { return [] }
        let notes = try await store.redeliveries(on: feed.id, since: first)
        var missing: [RedeliveryPlan.MeterDay] = []
        for installation in configuration.pilot.installations {
            guard let way = installation.feedWay else { continue }
            missing += try await self.missing(first...last, days, of: installation.point.id, way, by: plan)
        }
        return plan.requests(for: missing, after: notes, at: now)
    }

    func noteAsked(_ request: RedeliveryRequest, at now: Instant) async throws {
        guard let feed = live.current.settings.feed else { return }
        try await store.noteAsked(for: request.meter, request.days, on: feed.id, at: now)
    }

    func noteFailure(_ request: RedeliveryRequest, _ reason: String) async throws {
        guard let feed = live.current.settings.feed else { return }
        try await store.noteRefused(reason, for: request.meter, request.days, on: feed.id)
    }

    private func missing(
        _ span: ClosedRange<LocalDay>,
        _ days: [LocalDay],
        of point: ServicePoint.ID,
        _ way: (route: Route, meter: Meter.ID),
        by plan: RedeliveryPlan
    ) async throws -> [RedeliveryPlan.MeterDay] {
        guard let first = try await store.firstReading(of: point, by: way.route) else { return [] }
        let range = span.lowerBound.start..<span.upperBound.advanced(by: 1).start + 1
        let stored = Set(try await store.readings(of: point, in: range, by: way.route).map(\.at))
        let exchanges = try await store.exchanges(of: point)
        return plan.missing(of: days, stored: stored, since: first.at) { at in
            exchanges.last { $0.at <= at }?.newMeter ?? way.meter
        }
    }
}
