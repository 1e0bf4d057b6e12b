internal import GRDB
public import Metering

extension MeterStore {
    /// Puts aside rows of a file that never became readings, in one transaction; seen again, they are counted.
    ///
    /// - Returns: how many were put aside.
    @discardableResult
    public func quarantine(
        _ rejections: [Rejection],
        from path: Path.ID,
        file: String,
        at now: Instant
    ) async throws(StoreError) -> ReadingTally {
        guard !rejections.isEmpty else { return ReadingTally() }
        return try await write("quarantine \(rejections.count) rows") { database in
            var writer = try ArrivalWriter(database, keys, now: now)
            let record = ArrivalWriter.Record(path: try writer.pathKey(path), key: file)
            for rejection in rejections { try writer.quarantine(rejection, of: record) }
            return ReadingTally(quarantined: rejections.count)
        }
    }

    /// What waits in quarantine, the oldest first.
    public func quarantined(limit: Int = 1_000) async throws(StoreError) -> [QuarantinedRecord] {
        try await read("read the quarantine") { database in
            let sql = """
                SELECT p.id, q.record_key, q.place, q.field, q.expected, q.found, q.stored_utc, q.last_seen_utc,
                    q.seen_count, q.key
                FROM quarantine q JOIN path p ON p.key = q.path_key
                WHERE q.state = 'waiting' ORDER BY q.key LIMIT ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [limit]).map { row in
                QuarantinedRecord(
                    number: row[9],
                    path: Path.ID(row[0]),
                    record: row[1],
                    rejection: Rejection(place: row[2], field: row[3], expected: row[4], found: row[5]),
                    storedAt: Instant(secondsSince1970: row[6]),
                    lastSeenAt: Instant(secondsSince1970: row[7]),
                    seenCount: row[8]
                )
            }
        }
    }

    /// Notes that a person has dealt with an entry, with its audit entry in one transaction; the entry is kept.
    ///
    /// - Throws: `.notFound` when no entry of this number waits.
    public func settleQuarantined(
        _ number: Int64,
        by person: String,
        note: String,
        at now: Instant
    ) async throws(StoreError) {
        try await write("settle quarantine entry \(number)") { database in
            try database.execute(
                sql: "UPDATE quarantine SET state = 'settled' WHERE key = ? AND state = 'waiting'",
                arguments: [number]
            )
            guard database.changesCount > 0 else {
                throw StoreError(.notFound, "no quarantine entry \(number) waits")
            }
            try database.insert(
                AuditEntry(
                    at: now,
                    person: person,
                    action: "settle",
                    subject: "quarantine \(number)",
                    detail: note
                )
            )
        }
    }

    /// How many entries wait in quarantine.
    public func quarantineCount() async throws(StoreError) -> Int {
        try await read("count the quarantine") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM quarantine WHERE state = 'waiting'") ?? 0
        }
    }
}
