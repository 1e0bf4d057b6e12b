internal import GRDB
internal import Metering

/// Writes events inside one transaction.
struct EventWriter {
    private let database: Database
    private let now: Instant

    init(_ database: Database, now: Instant) {
        self.database = database
        self.now = now
    }

    func record(_ record: EventRecord) throws -> (id: RecordedEvent.ID, isNew: Bool) {
        let event = record.event
        let point = try event.point.map { try Register(database).requiredPointKey($0) }
        let key = try key(of: event, point: point)
        let last = try newest(key)
        if let last, !last.isWithdrawn, last.says(event) { return (RecordedEvent.ID(key), false) }
        try insert(event, held: record.held, isWithdrawn: false, (last?.revision ?? 0) + 1, into: key)
        try touch(point, event.kind, from: event.at)
        try database.insert(
            AuditEntry(
                at: now,
                person: event.by,
                action: event.kind.rawValue,
                subject: event.place.description,
                detail: EventWriter.detail(of: record, last?.revision)
            )
        )
        return (RecordedEvent.ID(key), true)
    }

    func withdraw(_ id: RecordedEvent.ID, by person: String, reason: String) throws {
        guard !reason.isEmpty else { throw StoreError(.failed, "a withdrawal needs a reason") }
        let sql = """
            SELECT e.point_key, e.area, e.kind, e.at_utc, p.id FROM event e
            LEFT JOIN service_point p ON p.key = e.point_key WHERE e.key = ?
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [id.number]),
            let last = try newest(id.number)
        else { throw StoreError(.notFound, "there is no event \(id)") }
        guard !last.isWithdrawn else { throw StoreError(.failed, "\(id) is withdrawn already") }
        try database.execute(
            sql: """
                INSERT INTO event_revision (event_key, revision, is_withdrawn, until_utc, index_ml, held, detail,
                    recorded_by, reason, stored_utc)
                SELECT event_key, revision + 1, 1, until_utc, index_ml, held, detail, ?, ?, ? FROM event_revision
                WHERE event_key = ? AND revision = ?
                """,
            arguments: [person, reason, now.secondsSince1970, id.number, last.revision]
        )
        let (point, area, kind): (String?, String, String) = (row[4], row[1], row[2])
        try touch(row[0], EventKind(rawValue: kind), from: Instant(secondsSince1970: row[3]))
        try database.insert(
            AuditEntry(
                at: now,
                person: person,
                action: "withdraw",
                subject: point ?? "area:\(area)",
                detail: "\(id) \(kind): \(reason)"
            )
        )
    }

    private func key(of event: PointEvent, point: Int64?) throws -> Int64 {
        var area = ""
        if case .area(let name) = event.place { area = name }
        let identity: StatementArguments = [point, area, event.kind.rawValue, event.at.secondsSince1970]
        try database.execute(
            sql:
                "INSERT INTO event (point_key, area, kind, at_utc) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: identity
        )
        let key = try Int64.fetchOne(
            database,
            sql: "SELECT key FROM event WHERE point_key IS ? AND area = ? AND kind = ? AND at_utc = ?",
            arguments: identity
        )
        guard let key else { throw StoreError(.failed, "SQLite gave an event no key") }
        return key
    }

    /// What was said last.
    private struct Newest {
        let revision: Int
        let isWithdrawn: Bool
        let until: Int64?
        let index: Int64?
        let words: [String]

        func says(_ event: PointEvent) -> Bool {
            until == event.until?.secondsSince1970 && index == event.index?.millilitres
                && words == [event.detail, event.by, event.reason]
        }
    }

    private func newest(_ key: Int64) throws -> Newest? {
        let sql = """
            SELECT revision, is_withdrawn, until_utc, index_ml, detail, recorded_by, reason FROM event_revision
            WHERE event_key = ? ORDER BY revision DESC LIMIT 1
            """
        return try Row.fetchOne(database, sql: sql, arguments: [key]).map { row in
            Newest(
                revision: row[0],
                isWithdrawn: row[1],
                until: row[2],
                index: row[3],
                words: [row[4], row[5], row[6]]
            )
        }
    }

    private func insert(
        _ event: PointEvent,
        held: RecordedEvent.Hold?,
        isWithdrawn: Bool,
        _ revision: Int,
        into key: Int64
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO event_revision (event_key, revision, is_withdrawn, until_utc, index_ml, held, detail,
                    recorded_by, reason, stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key, revision, isWithdrawn, event.until?.secondsSince1970, event.index?.millilitres,
                held?.rawValue, event.detail, event.by, event.reason, now.secondsSince1970,
            ]
        )
    }

    /// Only what a rule may read makes a point unjudged; an area's event concerns no single one.
    private func touch(_ point: Int64?, _ kind: EventKind?, from instant: Instant) throws {
        guard let point, let kind, kind.turnsContract || kind.tellsVacancy || kind.isLasting else { return }
        try ArrivalMark.touch(point, from: instant, in: database)
    }

    /// An index is told by the event alone, so that erasing it leaves none in the audit log.
    private static func detail(of record: EventRecord, _ earlier: Int?) -> String {
        let event = record.event
        let until = event.until.map { " until \($0)" } ?? ""
        let held = record.held.map { ", held: \($0.rawValue)" } ?? ""
        let again = earlier.map { ", revision \($0 + 1)" } ?? ""
        return "at \(event.at)\(until)\(again)\(held): \(event.reason)"
    }
}
