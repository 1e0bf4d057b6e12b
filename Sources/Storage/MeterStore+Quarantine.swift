internal import FoundationEssentials
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

    /// Puts aside a file that was refused whole, with its bytes, so that a person may still have it taken.
    ///
    /// - Parameters:
    ///   - rejection: why.
    ///   - bytes: the file.
    ///   - key: the record's own key on its path.
    ///   - path: the path that brought it.
    ///   - now: the time of storing.
    /// - Throws: `StoreError` when the store can't be written.
    public func quarantine(
        _ rejection: Rejection,
        bytes: [UInt8],
        of key: String,
        from path: Path.ID,
        at now: Instant
    ) async throws(StoreError) {
        try await write("quarantine \(key)") { database in
            var writer = try ArrivalWriter(database, keys, now: now)
            let record = ArrivalWriter.Record(path: try writer.pathKey(path), key: key)
            try writer.quarantine(rejection, of: record, bytes: bytes)
        }
    }

    /// What waits in quarantine, the oldest first.
    ///
    /// - Parameters:
    ///   - limit: the most entries.
    ///   - includingDecided: also what people released or dropped.
    /// - Returns: the entries.
    /// - Throws: `StoreError` when the store can't be read.
    public func quarantined(
        limit: Int = 1_000,
        includingDecided: Bool = false
    ) async throws(StoreError) -> [QuarantinedRecord] {
        try await read("read the quarantine") { database in
            let sql = QuarantinedRecord.selection + " WHERE q.state = 'waiting' OR ? ORDER BY q.key LIMIT ?"
            return try Row.fetchAll(database, sql: sql, arguments: [includingDecided, limit])
                .map(QuarantinedRecord.init)
        }
    }

    /// One entry with everything that is kept of its record; nil when there is none of this number.
    public func quarantinedEvidence(_ number: Int64) async throws(StoreError) -> QuarantinedEvidence? {
        try await read("read quarantine entry \(number)") { database in
            let sql = QuarantinedRecord.selection + " WHERE q.key = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [number]) else { return nil }
            let entry = QuarantinedRecord(row)
            let bytes: Data? = row["bytes"]
            return QuarantinedEvidence(
                entry: entry,
                capture: try Capture.fetch(database, path: entry.path, key: entry.record),
                bytes: bytes.map { [UInt8]($0) }
            )
        }
    }

    /// Takes a record after all: its readings, alarms and gaps, its state and its audit entry in one transaction.
    ///
    /// - Parameters:
    ///   - number: of the entry.
    ///   - arrival: what the record means now; its capture is kept where it is not stored yet.
    ///   - person: who decided it.
    ///   - reason: why.
    ///   - now: the time of storing.
    /// - Returns: what became of the readings.
    /// - Throws: `.notFound` when no entry of this number waits, `.conflicting` when a reading still contradicts
    ///   what is stored; then everything stays as it was.
    public func releaseQuarantined(
        _ number: Int64,
        as arrival: FeedArrival,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) -> ReadingTally {
        try await write("release quarantine entry \(number)") { database in
            try database.decide(number, .released, by: person, reason: reason, at: now)
            var writer = try ArrivalWriter(database, keys, now: now)
            let tally = try writer.adopt(arrival.arrival)
            guard tally.quarantined == 0 else {
                throw StoreError(
                    .conflicting,
                    "entry \(number) is still not taken: a reading contradicts the store"
                )
            }
            try FeedWriter(database, now: now).store(arrival)
            try writer.markTouchedPoints()
            return tally
        }
    }

    /// Puts an entry away for good, with its audit entry in one transaction; the entry is kept.
    ///
    /// - Throws: `.notFound` when no entry of this number waits.
    public func dropQuarantined(
        _ number: Int64,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) {
        try await write("drop quarantine entry \(number)") { database in
            try database.decide(number, .dropped, by: person, reason: reason, at: now)
        }
    }

    /// How many entries wait in quarantine.
    public func quarantineCount() async throws(StoreError) -> Int {
        try await read("count the quarantine") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM quarantine WHERE state = 'waiting'") ?? 0
        }
    }
}

extension Database {
    fileprivate func decide(
        _ number: Int64,
        _ state: QuarantinedRecord.State,
        by person: String,
        reason: String,
        at now: Instant
    ) throws {
        try execute(
            sql: "UPDATE quarantine SET state = ? WHERE key = ? AND state = 'waiting'",
            arguments: [state.rawValue, number]
        )
        guard changesCount > 0 else { throw StoreError(.notFound, "no quarantine entry \(number) waits") }
        try insert(
            AuditEntry(
                at: now,
                person: person,
                action: state == .released ? "release" : "drop",
                subject: "quarantine \(number)",
                detail: reason
            )
        )
    }
}

extension QuarantinedRecord {
    fileprivate static let selection = """
        SELECT p.id, q.record_key, q.place, q.field, q.expected, q.found, q.stored_utc, q.last_seen_utc,
            q.seen_count, q.key, q.state, q.bytes
        FROM quarantine q JOIN path p ON p.key = q.path_key
        """

    fileprivate init(_ row: Row) {
        let state: String = row[10]
        self.init(
            number: row[9],
            path: Path.ID(row[0]),
            record: row[1],
            rejection: Rejection(place: row[2], field: row[3], expected: row[4], found: row[5]),
            storedAt: Instant(secondsSince1970: row[6]),
            lastSeenAt: Instant(secondsSince1970: row[7]),
            seenCount: row[8],
            state: State(rawValue: state) ?? .waiting
        )
    }
}
