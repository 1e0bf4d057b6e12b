internal import GRDB
public import Metering

extension MeterStore {
    /// Keeps one act of a person.
    public func record(_ entry: AuditEntry) async throws(StoreError) {
        try await write("record an act") { try $0.insert(entry) }
    }

    /// The acts of people, the oldest first.
    public func auditLog(since: Instant? = nil) async throws(StoreError) -> [AuditEntry] {
        try await read("read the audit log") { database in
            let sql =
                "SELECT at_utc, person, action, subject, detail FROM audit WHERE at_utc >= ? ORDER BY key"
            let start = since?.secondsSince1970 ?? .min
            return try Row.fetchAll(database, sql: sql, arguments: [start]).map { row in
                AuditEntry(
                    at: Instant(secondsSince1970: row[0]),
                    person: row[1],
                    action: row[2],
                    subject: row[3],
                    detail: row[4]
                )
            }
        }
    }
}

extension Database {
    func insert(_ entry: AuditEntry) throws {
        guard !entry.person.isEmpty else { throw StoreError(.failed, "an act needs the name of who did it") }
        try execute(
            sql: "INSERT INTO audit (at_utc, person, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            arguments: [entry.at.secondsSince1970, entry.person, entry.action, entry.subject, entry.detail]
        )
    }
}
