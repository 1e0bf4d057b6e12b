internal import GRDB
public import Metering

extension MeterStore {
    /// What `erase` would remove; nothing is changed.
    ///
    /// - Throws: `.notFound` when the point is not registered.
    public func counts(of erasure: Erasure, at now: Instant) async throws(StoreError) -> [ErasedSpan.Kind:
        Int]
    {
        try await write("count what would be erased at \(erasure.point)") { database in
            var counts: [ErasedSpan.Kind: Int] = [:]
            try database.inSavepoint {
                counts = try Eraser(erasure, database, now: now).run()
                return .rollback
            }
            return counts
        }
    }

    /// Erases what tells of the people at a point before an instant, in one transaction, and leaves counts.
    ///
    /// Contracts, site properties, which meter hung there when, and who did what stay: they say nothing of anybody's use.
    /// What meters showed at exchanges, dial settings and proofs goes (`MeterHistoryEraser` says why), also from the words
    /// of the audit log.
    /// Afterwards the bytes may still lie in free pages of the file until `reclaim` has rebuilt it.
    ///
    /// - Throws: `.notFound` when the point is not registered, `.failed` without a reason.
    public func erase(_ erasure: Erasure, at now: Instant) async throws(StoreError) -> [ErasedSpan.Kind: Int]
    {
        try await write("erase at \(erasure.point)") { database in
            guard !erasure.reason.isEmpty else { throw StoreError(.failed, "to erase needs a reason") }
            let eraser = try Eraser(erasure, database, now: now)
            let counts = try eraser.run()
            try eraser.leaveTombstone(counts)
            return counts
        }
    }

    /// Rebuilds the file so that nothing erased is left in its free pages or in the log beside it.
    ///
    /// - Throws: `.failed` for a visitor, `.busy` while others read or write, `.full` when the disk can't hold a copy.
    public func reclaim() async throws(StoreError) {
        guard role == .collector else { throw StoreError(.failed, "only the collector rebuilds the file") }
        try await run("VACUUM")
        try await checkpoint()
    }

    /// What was erased, the oldest first.
    public func erasedSpans(of point: ServicePoint.ID? = nil) async throws(StoreError) -> [ErasedSpan] {
        try await read("read what was erased") { database in
            let sql = """
                SELECT s.key, p.id, s.from_utc, s.before_utc, s.recorded_by, s.reason, s.stored_utc, s.refused_count
                FROM erased_span s JOIN service_point p ON p.key = s.point_key
                WHERE ?1 IS NULL OR p.id = ?1 ORDER BY s.key
                """
            return try Row.fetchAll(database, sql: sql, arguments: [point?.rawValue]).map { row in
                try ErasedSpan(row, in: database)
            }
        }
    }
}

extension ErasedSpan {
    fileprivate init(_ row: Row, in database: Database) throws {
        let key: Int64 = row[0]
        let from: Int64? = row[2]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT kind, count FROM erased_count WHERE span_key = ?",
            arguments: [key]
        )
        let counts = rows.compactMap { row in Kind(rawValue: row[0]).map { ($0, row[1] as Int) } }
        self.init(
            point: ServicePoint.ID(row[1]),
            from: from.map { Instant(secondsSince1970: $0) },
            before: Instant(secondsSince1970: row[3]),
            counts: Dictionary(uniqueKeysWithValues: counts),
            by: row[4],
            reason: row[5],
            erasedAt: Instant(secondsSince1970: row[6]),
            refused: row[7]
        )
    }
}

/// Up to when the data of points is erased, or went since its time was over: what arrives from before is refused.
struct ErasedBefore {
    private let database: Database
    private let erased: [Int64: Int64]
    /// No reading of any point went from here on.
    private let retainedUntil: Int64

    init(_ database: Database) throws {
        self.database = database
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT point_key, max(before_utc) FROM erased_span GROUP BY point_key"
        )
        erased = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        let day = try Int.fetchOne(database, sql: "SELECT max(before_day_jst) FROM retained_since")
        retainedUntil = day.map { LocalDay(daysSince1970: $0).start.secondsSince1970 } ?? .min
    }

    /// Nothing ever went.
    var isEmpty: Bool { erased.isEmpty && retainedUntil == .min }

    /// Whether what was measured then at a point (its key) is refused.
    func covers(_ at: Instant, of point: Int64) throws -> Bool {
        if let end = erased[point], at.secondsSince1970 < end { return true }
        guard at.secondsSince1970 < retainedUntil else { return false }
        let find = try database.cachedStatement(
            sql: "SELECT before_day_jst FROM retained_since WHERE point_key = ?"
        )
        let day = try Int.fetchOne(find, arguments: [point])
        return day.map { at < LocalDay(daysSince1970: $0).start } ?? false
    }

    /// Whether the indexes of an exchange are erased with the use of the people before.
    func coversExchange(at instant: Instant, of point: Int64) -> Bool {
        erased[point].map { instant.secondsSince1970 < $0 - MeterHistoryEraser.reachSeconds } ?? false
    }

    /// Counts arrivals that were refused: at the erasure of their point, else where its readings went.
    static func countRefused(_ count: Int, of point: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE erased_span SET refused_count = refused_count + ?1 WHERE key = (
                    SELECT key FROM erased_span WHERE point_key = ?2 ORDER BY before_utc DESC, key DESC LIMIT 1)
                """,
            arguments: [count, point]
        )
        guard database.changesCount == 0 else { return }
        try database.execute(
            sql: "UPDATE retained_since SET refused_count = refused_count + ?1 WHERE point_key = ?2",
            arguments: [count, point]
        )
    }
}
