internal import GRDB
internal import Metering

/// Erases what tells of the people at one point, inside one transaction.
///
/// Readings and usage go row by row. A capture stays, so that what was delivered once is known when it comes again, and
/// loses its bytes; so do captures that other meters' readings came with (a pulse module answers for eight at once),
/// since bytes cannot be erased by halves. Incidents and mails stay as events without their evidence.
struct Eraser {
    private let erasure: Erasure
    private let database: Database
    private let now: Instant
    private let point: Int64
    private let before: Int64

    init(_ erasure: Erasure, _ database: Database, now: Instant) throws {
        self.erasure = erasure
        self.database = database
        self.now = now
        point = try Register(database).requiredPointKey(erasure.point)
        before = erasure.before.secondsSince1970
    }

    /// - Returns: how many of each kind.
    func run() throws -> [ErasedSpan.Kind: Int] {
        try collectCaptures()
        var counts: [ErasedSpan.Kind: Int] = [:]
        counts[.heldReadings] = try change(
            "DELETE FROM held_reading WHERE point_key = ? AND at_utc < ?",
            [point, before]
        )
        counts[.readings] = try eraseReadings()
        try collectUsedCaptures()
        counts[.dailyUsage] = try change(
            "DELETE FROM daily_usage WHERE point_key = ? AND day_jst <= ?",
            [point, LocalDay(containing: erasure.before - 1).daysSince1970]
        )
        let texts = try TextEraser(erasure, database).run()
        counts[.textRows] = texts.rows
        counts[.sharedCaptures] = try count(
            """
            SELECT count(*) FROM erasing WHERE key IN (SELECT key FROM used_capture)
                OR key IN (SELECT capture_key FROM held_reading)
            """
        )
        counts[.quarantine] = try eraseQuarantine() + texts.quarantined
        counts[.captures] = try change(
            """
            UPDATE capture SET bytes = x'', request_bytes = x'', packing = 0, length = NULL,
                bytes_gone = coalesce(bytes_gone, 'erased') WHERE key IN (SELECT key FROM erasing)
            """
        )
        counts[.mails] = try eraseMails()
        counts[.incidents] = try eraseEvidence()
        counts[.alarms] = try eraseAlarms()
        counts[.events] = try eraseEvents()
        let history = MeterHistoryEraser(database, point: point, before: before)
        counts[.exchanges] = try history.eraseExchanges()
        counts[.dialSettings] = try history.eraseDialSettings()
        counts[.proofs] = try history.eraseProofs(at: erasure.point)
        try database.execute(
            sql: "DELETE FROM retained_month WHERE point_key = ? AND month_jst <= ?",
            arguments: [point, SealedMonth(containing: before - 1).number]
        )
        return counts
    }

    /// Keeps the counts, has the point judged again, and says who did it.
    func leaveTombstone(_ counts: [ErasedSpan.Kind: Int]) throws {
        try database.execute(
            sql: """
                INSERT INTO erased_span (point_key, from_utc, before_utc, recorded_by, reason, stored_utc)
                VALUES (?, (SELECT oldest FROM erasing_since), ?, ?, ?, ?)
                """,
            arguments: [point, before, erasure.by, erasure.reason, now.secondsSince1970]
        )
        let span = database.lastInsertedRowID
        for (kind, count) in counts where count > 0 {
            try database.execute(
                sql: "INSERT INTO erased_count (span_key, kind, count) VALUES (?, ?, ?)",
                arguments: [span, kind.rawValue, count]
            )
        }
        try ArrivalMark.touch(point, from: erasure.before, in: database)
        let told = ErasedSpan.Kind.allCases.compactMap { kind in
            counts[kind].flatMap { $0 > 0 ? "\($0) \(kind.rawValue)" : nil }
        }
        try database.insert(
            AuditEntry(
                at: now,
                person: erasure.by,
                action: "erase",
                subject: erasure.point.rawValue,
                detail: "before \(erasure.before): \(told.joined(separator: ", ")): \(erasure.reason)"
            )
        )
    }
}

extension Eraser {
    /// Names the captures that lose their bytes: those of the readings, those of the meters that became no reading, and
    /// whole pages and rows of quarantine in which a meter's number stands.
    private func collectCaptures() throws {
        for table in ["erasing (key INTEGER PRIMARY KEY)", "erasing_since (oldest INTEGER)"] {
            try database.execute(sql: "CREATE TEMP TABLE IF NOT EXISTS \(table)")
        }
        try database.execute(sql: "DELETE FROM erasing; DELETE FROM erasing_since")
        try database.execute(
            sql:
                "INSERT INTO erasing_since VALUES (?)",
            arguments: [try oldest()]
        )
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO erasing SELECT capture_key FROM held_reading WHERE point_key = ? AND at_utc < ?
                """,
            arguments: [point, before]
        )
        let readings = try Route.allCases.flatMap { route in
            try ReadingQuery(database, point: point, route: route).all(in: Int64.min..<before)
        }
        for capture in Set(readings.map(\.capture)) {
            try database.execute(sql: "INSERT OR IGNORE INTO erasing VALUES (?)", arguments: [capture])
        }
        try collectUsedCaptures()
        for meter in erasure.meters {
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO erasing SELECT key FROM capture
                    WHERE coalesce(own_utc, answered_utc) < ?1 AND (source = ?2 OR instr(bytes, CAST(?2 AS BLOB)) > 0)
                        AND key NOT IN (SELECT key FROM used_capture)
                    """,
                arguments: [before, meter.rawValue]
            )
        }
    }

    /// Every revision of every reading before the instant, of both ways, be they rows or sealed.
    private func eraseReadings() throws -> Int {
        try Route.allCases.reduce(0) { count, route in
            try count
                + ReadingRows(database, point: point, route: route).delete(in: Int64.min..<before)
                + Sealer(database).remove(before: before, at: point, by: route)
        }
    }

    private func oldest() throws -> Int64? {
        let first = try Route.allCases.compactMap {
            try ReadingQuery(database, point: point, route: $0).first()?.at
        }.min()
        return first.flatMap { $0 < before ? $0 : nil }
    }

    /// Names every capture that a reading leads back to; reads every block, so it takes its time in a large store.
    private func collectUsedCaptures() throws {
        try database.execute(sql: "CREATE TEMP TABLE IF NOT EXISTS used_capture (key INTEGER PRIMARY KEY)")
        try database.execute(sql: "DELETE FROM used_capture")
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO used_capture
                SELECT capture_key FROM reading UNION SELECT capture_key FROM second_reading
                """
        )
        let insert = try HotStatement(database, "INSERT OR IGNORE INTO used_capture VALUES (?)")
        let blocks = try Row.fetchCursor(database, sql: "SELECT bytes FROM reading_block")
        while let row = try blocks.next() {
            for capture in Set(try ReadingQuery.block(row, at: 0).readings.map(\.capture)) {
                insert.bind(capture, at: 1)
                _ = try insert.run()
            }
        }
    }

    /// What was put aside of the point, with the entries of captures that were its own; those of shared ones lose bytes.
    private func eraseQuarantine() throws -> Int {
        try change(
            """
            UPDATE quarantine SET bytes = NULL WHERE bytes IS NOT NULL AND EXISTS (SELECT 1 FROM capture c
                WHERE c.key IN (SELECT key FROM erasing) AND c.path_key = quarantine.path_key
                    AND c.record_key = quarantine.record_key)
            """
        )
        return try change(
            """
            DELETE FROM quarantine
            WHERE (substr(place, 1, length(?1) + 1) = ?1 || ' ' AND substr(place, length(?1) + 2, 20) < ?2)
                OR EXISTS (SELECT 1 FROM capture c
                    WHERE c.key IN (SELECT key FROM erasing) AND c.key NOT IN (SELECT key FROM used_capture)
                        AND c.path_key = quarantine.path_key AND c.record_key = quarantine.record_key)
            """,
            [erasure.point.rawValue, erasure.before.description]
        )
    }

    /// A mail that waits is given up; of one that went, its Message-ID is left.
    private func eraseMails() throws -> Int {
        try change(
            """
            UPDATE mail SET facts = '{}', state = iif(state = 'waiting', 'given_up', state),
                frozen_bytes = iif(state = 'sent', CAST(message_id AS BLOB), NULL)
            WHERE facts <> '{}' AND incident_key IN (SELECT key FROM incident WHERE subject = ? AND opened_utc < ?)
            """,
            [erasure.point.rawValue, before]
        )
    }

    private func eraseEvidence() throws -> Int {
        try change(
            """
            UPDATE incident_event SET detail = ''
            WHERE incident_key IN (SELECT key FROM incident WHERE subject = ? AND opened_utc < ?)
            """,
            [erasure.point.rawValue, before]
        )
        return try change(
            """
            UPDATE incident SET rate_ml_per_hour = NULL, volume_ml = NULL, started_utc = opened_utc,
                data_until_utc = opened_utc, known_seconds = 0, total_seconds = 0
            WHERE subject = ? AND opened_utc < ?
            """,
            [erasure.point.rawValue, before]
        )
    }

    private func eraseAlarms() throws -> Int {
        let day = LocalDay(containing: erasure.before).daysSince1970
        return try change("DELETE FROM alarm_change WHERE point_key = ? AND at_utc < ?", [point, before])
            + change("DELETE FROM missing_span WHERE point_key = ? AND from_utc < ?", [point, before])
            + erasure.meters.reduce(0) { count, meter in
                try count
                    + change(
                        "DELETE FROM redelivery WHERE meter_id = ? AND day_jst < ?",
                        [meter.rawValue, day]
                    )
            }
    }

    private func eraseEvents() throws -> Int {
        let chosen = """
            SELECT key FROM event WHERE point_key = ? AND at_utc < ?
                AND kind IN ('hand_reading', 'consent', 'consent_withdrawn', 'leak_found')
            """
        try change("DELETE FROM event_revision WHERE event_key IN (\(chosen))", [point, before])
        return try change("DELETE FROM event WHERE key IN (\(chosen))", [point, before])
    }

    @discardableResult
    private func change(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try database.execute(sql: sql, arguments: arguments)
        return database.changesCount
    }

    private func count(_ sql: String) throws -> Int {
        try Int.fetchOne(database, sql: sql) ?? 0
    }
}
