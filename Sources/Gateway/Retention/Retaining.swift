public import Metering
import Normalisation
public import Storage

/// Lets go of what is over and needed by nobody, or tells what would go.
///
/// The readings of a point stay as long as an incident of it is open, a fall or a jump of it is unexplained, or a record
/// of it waits in quarantine; then they go with the next turn. They go up to a reading from which the usage of the first
/// day that stays can be told, so that every total that can still be asked for stays as it was.
public struct Retaining: Sendable {
    /// The last days before the limit, in which a reading to begin from is looked for, need some after it.
    private static let confirmationSeconds: Int64 = 10 * 86_400

    private let settings: RetentionSettings
    private let pilot: Pilot
    private let store: MeterStore

    /// What went, or would go.
    public struct Outcome: Hashable, Sendable {
        public internal(set) var limits: RetentionLimits
        public internal(set) var counts: [RetentionCount] = []
        /// Points of which nothing went, and why.
        public internal(set) var held: [RetentionHold] = []

        /// How many rows.
        public var total: Int { counts.reduce(0) { $0 + $1.count } }
    }

    public init(_ settings: RetentionSettings, pilot: Pilot, store: MeterStore) {
        self.settings = settings
        self.pilot = pilot
        self.store = store
    }

    /// What would go now; nothing is changed.
    public func plan(at now: Instant) async throws -> Outcome {
        try await run(settings.limits(at: now), in: nil)
    }

    /// Lets it go, in many short transactions; broken off, the next turn does the rest.
    ///
    /// - Parameters:
    ///   - person: who says so.
    ///   - reason: why.
    ///   - now: what is over, is over now.
    /// - Returns: what went; an act that finds nothing leaves no trace.
    /// - Throws: `StoreError` when the store can't be read or written.
    public func apply(by person: String, reason: String, at now: Instant) async throws -> Outcome {
        let limits = settings.limits(at: now)
        guard try await run(limits, in: nil).total > 0 else { return Outcome(limits: limits) }
        let act = try await store.beginRetention(limits, by: person, reason: reason, at: now)
        return try await run(limits, in: act)
    }

    private func run(_ limits: RetentionLimits, in act: RetentionAct?) async throws -> Outcome {
        var outcome = Outcome(limits: limits)
        let holds = try await store.retentionHolds(for: limits)
        let due = try await store.pointsDue(for: limits)
        outcome.held = holds.filter { due.contains($0.point) }
        var points: [(id: ServicePoint.ID, from: [Route: Instant])] = []
        for point in Set(due).subtracting(holds.map(\.point)).sorted() {
            points.append((point, try await firstKept(of: point, limits)))
        }
        outcome.counts = try await store.retainReadings(points, limits, in: act)
        outcome.counts += try await store.retainTelegrams(limits, held: holds.map(\.point), in: act)
        outcome.counts += try await store.retainAudit(limits, in: act)
        return outcome
    }

    /// The readings of each way from which the first day that stays can be told.
    private func firstKept(of point: ServicePoint.ID, _ limits: RetentionLimits) async throws -> [Route:
        Instant]
    {
        guard let limit = limits.readings?.start, let installation = pilot.installation(at: point) else {
            return [:]
        }
        let past = try await PointHistory(store, pilot.terms.index)
            .past(of: installation, in: limit..<limit + Retaining.confirmationSeconds)
        var first: [Route: Instant] = [:]
        first[.first] = past.first.first?.at
        first[.second] = past.second.first?.at
        return first
    }
}
