internal import GRDB
public import Metering

extension MeterStore {
    /// Remembers by which terms a stage judges; when they are others than before, every point with readings is unjudged
    /// again, from its first reading on, in one transaction with the audit entry.
    ///
    /// - Parameters:
    ///   - terms: what tells them from others.
    ///   - before: those by which a store was judged that remembers none.
    ///   - stage: of the judgement.
    ///   - now: the present instant.
    /// - Returns: whether they are others.
    /// - Throws: when the database can't be written; then nothing is remembered either.
    @discardableResult
    public func judge(
        by terms: String,
        formerly before: String,
        stage: String,
        at now: Instant
    ) async throws(StoreError) -> Bool {
        try await write("remember the terms of \(stage)") { database in
            let known = try String.fetchOne(
                database,
                sql: "SELECT terms FROM judged_by WHERE stage = ?",
                arguments: [stage]
            )
            guard known != terms else { return false }
            try database.execute(
                sql: """
                    INSERT INTO judged_by (stage, terms, since_utc) VALUES (?, ?, ?)
                    ON CONFLICT (stage) DO UPDATE SET terms = excluded.terms, since_utc = excluded.since_utc
                    """,
                arguments: [stage, terms, now.secondsSince1970]
            )
            guard known ?? before != terms else { return false }
            let points = try Row.fetchAll(database, sql: MeterStore.firstInstants)
            for row in points {
                try ArrivalMark.touch(row[0], from: Instant(secondsSince1970: row[1]), in: database)
            }
            try database.insert(
                AuditEntry(
                    at: now,
                    person: "gateway",
                    action: "rejudge",
                    subject: stage,
                    detail: "other terms: \(points.count) points are judged anew"
                )
            )
            return true
        }
    }

    /// Every point with readings, and its first one's instant.
    private static let firstInstants = """
        SELECT p.key, min(x.at) FROM service_point p JOIN (
            SELECT point_key, min(at_utc) AS at FROM reading GROUP BY point_key
            UNION ALL SELECT point_key, min(at_utc) FROM second_reading GROUP BY point_key
            UNION ALL SELECT point_key, min(first_utc) FROM reading_block GROUP BY point_key
        ) x ON x.point_key = p.key GROUP BY p.key
        """
}
