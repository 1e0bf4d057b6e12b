import Alerting
import Metering
import Storage

/// Notes whether lines and feeds answer: in the store and as an incident.
///
/// `Acquisition` has told the log.
struct PathWatch: Sendable {
    let store: MeterStore
    let desk: IncidentDesk

    /// - Parameters:
    ///   - path: the line or the feed.
    ///   - failure: why nothing came; nil when something did.
    ///   - now: when that was.
    /// - Throws: `StoreError` when the store can't be written.
    func note(_ path: Path.ID, failure: String?, at now: Instant) async throws {
        let state = PathState(path: path, isUp: failure == nil, since: now, detail: failure ?? "")
        _ = try await store.note(state)
        let known = try await store.incidents(of: .path(path), currentOrClosedSince: now - 7 * 86_400)
        guard failure != nil || known.contains(where: \.isCurrent) else { return }
        let findings = try await finding(path, isDown: failure != nil, at: now)
        let changes = desk.changes(for: findings, known: known, point: nil, at: now)
        guard !changes.isEmpty else { return }
        try await store.store([Judgement(usageDays: [], changes: changes, progress: nil)], at: now)
    }

    /// Notes whether a path answers that is a side of another one, as a feed's alarms are of the feed.
    ///
    /// One cause is one incident: a side that fails is none of its own while the whole fails, nor before the whole has
    /// had the time to show it.
    ///
    /// - Parameters:
    ///   - path: the side.
    ///   - whole: the path that it belongs to.
    ///   - patience: how long the side has to fail alone.
    ///   - failure: why nothing came; nil when something did.
    ///   - now: when that was.
    /// - Throws: `StoreError` when the store can't be written.
    func note(
        _ path: Path.ID,
        beside whole: Path.ID,
        patience: Duration,
        failure: String?,
        at now: Instant
    ) async throws {
        let state = PathState(path: path, isUp: failure == nil, since: now, detail: failure ?? "")
        _ = try await store.note(state)
        let states = try await store.pathStates()
        let wholeIsUp = states.first { $0.path == whole }?.isUp ?? false
        let since = states.first { $0.path == path }?.since ?? now
        let isLong = now - since >= patience.components.seconds
        guard failure == nil || (wholeIsUp && isLong) else { return }
        try await note(path, failure: failure, at: now)
    }

    private func finding(_ path: Path.ID, isDown: Bool, at now: Instant) async throws -> [Finding] {
        guard isDown else { return [] }
        let since = try await store.pathStates().first { $0.path == path }?.since ?? now
        return [
            Finding(
                subject: .path(path),
                kind: .pathDown,
                startedAt: since,
                dataUntil: since,
                rule: "path/1",
                coverage: Coverage(knownSeconds: 0, totalSeconds: max(0, now - since))
            )
        ]
    }
}
