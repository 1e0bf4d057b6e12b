internal import GRDB
public import Metering

/// How often a feed was asked for one meter's day again, and what came of it.
public struct RedeliveryNote: Hashable, Sendable {
    /// As the feed numbers it.
    public let meter: Meter.ID
    public let day: LocalDay
    public let askedCount: Int
    public let lastAskedAt: Instant
    /// How many of the requests were not taken.
    public let failedCount: Int
    /// Why the last of those was not.
    public let lastFailure: String?
}

extension MeterStore {
    /// Remembers that a feed is asked for days again; written before the request goes out.
    ///
    /// - Parameters:
    ///   - meter: as the feed numbers it.
    ///   - days: measuring days.
    ///   - path: the feed.
    ///   - now: when it is asked.
    /// - Throws: when the database can't be written; then nothing may be asked.
    public func noteAsked(
        for meter: Meter.ID,
        _ days: ClosedRange<LocalDay>,
        on path: Path.ID,
        at now: Instant
    ) async throws(StoreError) {
        try await write("note a request for days of \(meter)") { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO redelivery (path_key, meter_id, day_jst, asked_count, last_asked_utc)
                    VALUES (?, ?, ?, 1, ?)
                    ON CONFLICT DO UPDATE SET asked_count = asked_count + 1,
                        last_asked_utc = excluded.last_asked_utc
                    """
            )
            let key = try Register(database).pathKey(path)
            for day in days.lowerBound.daysSince1970...days.upperBound.daysSince1970 {
                try statement.execute(arguments: [key, meter.rawValue, day, now.secondsSince1970])
            }
        }
    }

    /// Counts a request that was not taken.
    ///
    /// - Parameters:
    ///   - reason: what the feed said, or why nothing was heard of it.
    ///   - meter: as the feed numbers it.
    ///   - days: those of the request.
    ///   - path: the feed.
    /// - Throws: when the database can't be written.
    public func noteRefused(
        _ reason: String,
        for meter: Meter.ID,
        _ days: ClosedRange<LocalDay>,
        on path: Path.ID
    ) async throws(StoreError) {
        try await write("note a refused request for days of \(meter)") { database in
            try database.execute(
                sql: """
                    UPDATE redelivery SET failed_count = failed_count + 1, last_failure = ?
                    WHERE path_key = ? AND meter_id = ? AND day_jst BETWEEN ? AND ?
                    """,
                arguments: [
                    reason, try Register(database).pathKey(path), meter.rawValue,
                    days.lowerBound.daysSince1970, days.upperBound.daysSince1970,
                ]
            )
        }
    }

    /// What a feed was asked for again, by meter and day.
    ///
    /// - Parameters:
    ///   - path: the feed.
    ///   - day: the oldest that matters.
    /// - Returns: one note a meter and day.
    /// - Throws: when the database can't be read.
    public func redeliveries(
        on path: Path.ID,
        since day: LocalDay
    ) async throws(StoreError) -> [RedeliveryNote] {
        try await read("read what \(path) was asked for again") { database in
            let sql = """
                SELECT r.meter_id, r.day_jst, r.asked_count, r.last_asked_utc, r.failed_count, r.last_failure
                FROM redelivery r JOIN path p ON p.key = r.path_key
                WHERE p.id = ? AND r.day_jst >= ? ORDER BY r.meter_id, r.day_jst
                """
            let arguments: StatementArguments = [path.rawValue, day.daysSince1970]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                RedeliveryNote(
                    meter: Meter.ID(row[0]),
                    day: LocalDay(daysSince1970: row[1]),
                    askedCount: row[2],
                    lastAskedAt: Instant(secondsSince1970: row[3]),
                    failedCount: row[4],
                    lastFailure: row[5]
                )
            }
        }
    }
}
