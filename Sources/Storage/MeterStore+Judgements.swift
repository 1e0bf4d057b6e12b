public import Alerting
internal import GRDB
public import Metering

extension MeterStore {
    /// Transaction 2: keeps usage, incidents, mail intents and progress of all judgements, all of it or nothing.
    ///
    /// Daily usage replaces what was judged before of the same day. An incident gets its number here, and its mail
    /// with it gets its Message-ID, so that there is no incident without its mail and no mail without its incident.
    /// A change to an incident that a person closed meanwhile is passed over.
    ///
    /// - Parameters:
    ///   - judgements: of one hour, or of one point.
    ///   - now: the time of the judgement.
    /// - Returns: the incidents opened, in the order of their changes.
    /// - Throws: `.notFound` when a judgement names a point or an incident that is not stored.
    @discardableResult
    public func store(_ judgements: [Judgement], at now: Instant) async throws(StoreError) -> [Incident.ID] {
        try await write("store \(judgements.count) judgements") { database in
            let usage = UsageWriter(database, now: now)
            let incidents = IncidentWriter(database, now: now)
            var opened: [Incident.ID] = []
            for judgement in judgements {
                for day in judgement.usageDays { try usage.store(day) }
                if let since = judgement.usageSince, let point = judgement.progress?.point {
                    try usage.removeOthers(than: judgement.usageDays, since: since, of: point)
                }
                for change in judgement.changes {
                    if let id = try incidents.apply(change) { opened.append(id) }
                }
                if let progress = judgement.progress { try usage.store(progress) }
            }
            return opened
        }
    }
}

extension MeterStore {
    /// Puts right what is kept of a point's usage, in one transaction with its audit entry; does nothing for no days.
    ///
    /// - Parameters:
    ///   - point: a registered point.
    ///   - days: as they should be.
    ///   - gone: days of which nothing is known.
    ///   - now: the time of it.
    /// - Throws: `.notFound` when the point is not registered.
    public func replaceUsage(
        of point: ServicePoint.ID,
        with days: [DailyUsage],
        removing gone: [LocalDay],
        at now: Instant
    ) async throws(StoreError) {
        guard !days.isEmpty || !gone.isEmpty else { return }
        try await write("put the usage of \(point) right") { database in
            let usage = UsageWriter(database, now: now)
            for day in days { try usage.store(day) }
            for day in gone { try usage.remove(day, of: point) }
            try database.insert(
                AuditEntry(
                    at: now,
                    person: "verify",
                    action: "rebuild",
                    subject: point.rawValue,
                    detail: "\(days.count) days changed, \(gone.count) days removed"
                )
            )
        }
    }
}

/// Writes usage and progress inside one transaction.
private struct UsageWriter {
    let database: Database
    let register: Register
    let now: Instant

    init(_ database: Database, now: Instant) {
        self.database = database
        register = Register(database)
        self.now = now
    }

    /// A day whose readings went because their time was over stays as it was judged while they were there.
    func store(_ day: DailyUsage) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO daily_usage (point_key, day_jst, volume_ml, known_seconds, is_unexplained,
                    night_minimum_ml, judged_utc)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
                WHERE NOT EXISTS (SELECT 1 FROM retained_since WHERE point_key = ?1 AND before_day_jst > ?2)
                ON CONFLICT (point_key, day_jst) DO UPDATE SET volume_ml = excluded.volume_ml,
                    known_seconds = excluded.known_seconds, is_unexplained = excluded.is_unexplained,
                    night_minimum_ml = excluded.night_minimum_ml, judged_utc = excluded.judged_utc
                WHERE (volume_ml, known_seconds, is_unexplained, night_minimum_ml)
                    IS NOT (excluded.volume_ml, excluded.known_seconds, excluded.is_unexplained,
                        excluded.night_minimum_ml)
                """
        )
        try statement.execute(arguments: [
            try register.requiredPointKey(day.point), day.day.daysSince1970, day.volume.millilitres,
            day.knownSeconds, day.isUnexplained, day.nightMinimum?.millilitres, now.secondsSince1970,
        ])
    }

    /// What was kept of days since `since` that are none of `days`, which follow each other; not of days whose readings
    /// went because their time was over.
    func removeOthers(than days: [DailyUsage], since: LocalDay, of point: ServicePoint.ID) throws {
        let statement = try database.cachedStatement(
            sql: """
                DELETE FROM daily_usage
                WHERE point_key = ?1 AND day_jst >= ?2 AND (?3 IS NULL OR day_jst NOT BETWEEN ?3 AND ?4)
                    AND NOT EXISTS (SELECT 1 FROM retained_since WHERE point_key = ?1 AND before_day_jst > day_jst)
                """
        )
        try statement.execute(arguments: [
            try register.requiredPointKey(point), since.daysSince1970, days.first?.day.daysSince1970,
            days.last?.day.daysSince1970,
        ])
    }

    func remove(_ day: LocalDay, of point: ServicePoint.ID) throws {
        try database.execute(
            sql: """
                DELETE FROM daily_usage WHERE point_key = ?1 AND day_jst = ?2
                    AND NOT EXISTS (SELECT 1 FROM retained_since WHERE point_key = ?1 AND before_day_jst > ?2)
                """,
            arguments: [try register.requiredPointKey(point), day.daysSince1970]
        )
    }

    /// Progress never goes back, so a slow judgement can't undo a newer one.
    func store(_ progress: Progress) throws {
        let point = try register.requiredPointKey(progress.point)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO progress (stage, point_key, sequence, last_reading_utc, judged_utc)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (stage, point_key) DO UPDATE SET sequence = excluded.sequence,
                    last_reading_utc = excluded.last_reading_utc, judged_utc = excluded.judged_utc
                WHERE excluded.sequence >= sequence
                """
        )
        try statement.execute(arguments: [
            progress.stage, point, progress.mark, progress.lastReadingAt?.secondsSince1970,
            now.secondsSince1970,
        ])
        try ArrivalMark.settle(point, at: progress.mark, in: database)
    }
}
