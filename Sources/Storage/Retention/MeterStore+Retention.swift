internal import GRDB
public import Metering

extension MeterStore {
    /// How many points' readings, or how many captures, one transaction takes, so that a poll never waits long for it.
    static let pointsPerRetention = 50
    static let capturesPerRetention = 5_000

    /// Begins an act of retention, with its audit entry; what it removes is counted under it.
    ///
    /// - Throws: `.failed` without a person or a reason.
    public func beginRetention(
        _ limits: RetentionLimits,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) -> RetentionAct {
        try await write("begin retention") { database in
            guard !reason.isEmpty else { throw StoreError(.failed, "retention needs a reason") }
            try database.execute(
                sql: "INSERT INTO retention_run (recorded_by, reason, stored_utc) VALUES (?, ?, ?)",
                arguments: [person, reason, now.secondsSince1970]
            )
            let number = database.lastInsertedRowID
            let entry = AuditEntry(
                at: now,
                person: person,
                action: "retention",
                subject: "retention \(number)",
                detail: "\(limits.words): \(reason)"
            )
            try database.insert(entry)
            return RetentionAct(number: number, at: now)
        }
    }

    /// The points that have readings from before the limits, in order of their ids; those done before are left out.
    public func pointsDue(for limits: RetentionLimits) async throws(StoreError) -> [ServicePoint.ID] {
        guard let limit = limits.readings else { return [] }
        return try await read("find readings whose time is over") { database in
            // Both limits are first seconds of days.
            func hasBefore(_ instant: String, _ day: String) -> String {
                """
                (p.key IN (SELECT point_key FROM reading WHERE day_jst < \(day))
                    OR p.key IN (SELECT point_key FROM second_reading WHERE day_jst < \(day))
                    OR EXISTS (SELECT 1 FROM reading_block b WHERE b.point_key = p.key AND b.first_utc < \(instant)))
                """
            }
            let basis = limits.billingBasis
            let sql = """
                SELECT p.id FROM service_point p LEFT JOIN retained_since s ON s.point_key = p.key
                WHERE (s.before_day_jst IS NULL OR s.before_day_jst < ?1) AND \(hasBefore("?2", "?1"))
                    OR \(hasBefore("?3", "?4"))
                ORDER BY p.id
                """
            return try String.fetchAll(
                database,
                sql: sql,
                arguments: [
                    limit.daysSince1970, limit.start.secondsSince1970,
                    basis?.start.secondsSince1970 ?? .min, basis?.daysSince1970 ?? .min,
                ]
            ).map { ServicePoint.ID($0) }
        }
    }

    /// The points whose readings or telegrams are still needed by somebody, with the first reason found.
    public func retentionHolds(for limits: RetentionLimits) async throws(StoreError) -> [RetentionHold] {
        guard let limit = [limits.readings, limits.telegrams].compactMap(\.self).max() else { return [] }
        return try await read("find what is still needed") { try $0.holds(before: limit) }
    }

    /// Removes the readings of some points whose time is over; judged days and billing basis stay.
    ///
    /// - Parameters:
    ///   - points: each with the instant from which each way's readings stay, none of them held.
    ///   - limits: what is over.
    ///   - act: under which it is counted; nil to count only.
    /// - Returns: how many of each month.
    /// - Throws: `.full`, `.busy`, `.damaged`; whole points are done or not at all.
    public func retainReadings(
        _ points: [(id: ServicePoint.ID, from: [Route: Instant])],
        _ limits: RetentionLimits,
        in act: RetentionAct?
    ) async throws(StoreError) -> [RetentionCount] {
        guard let limit = limits.readings else { return [] }
        var months: [SealedMonth: Int] = [:]
        for start in stride(from: 0, to: points.count, by: MeterStore.pointsPerRetention) {
            let some = points[start..<min(start + MeterStore.pointsPerRetention, points.count)]
            let body: @Sendable (Database) throws -> [SealedMonth: Int] = { database in
                let writer = RetentionWriter(database, limit: limit, billingBasis: limits.billingBasis)
                let counts = try some.reduce(into: [SealedMonth: Int]()) { sum, point in
                    let key = try Register(database).requiredPointKey(point.id)
                    sum.merge(
                        try writer.remove(at: key, from: point.from, isDone: act != nil),
                        uniquingKeysWith: +
                    )
                }
                if let act { try database.count(counts, .readings, before: limit, in: act) }
                return counts
            }
            let counts =
                act == nil
                ? try await read("count readings whose time is over", body)
                : try await write("remove readings whose time is over", body)
            months.merge(counts, uniquingKeysWith: +)
        }
        return RetentionCount.list(months, .readings)
    }

    /// Takes the bytes out of captures whose time is over.
    ///
    /// The captures stay, so that a record is known when it comes again. Those of waiting quarantine, of held readings
    /// and of held points keep their bytes.
    public func retainTelegrams(
        _ limits: RetentionLimits,
        held: [ServicePoint.ID],
        in act: RetentionAct?
    ) async throws(StoreError) -> [RetentionCount] {
        guard let limit = limits.telegrams else { return [] }
        var months: [SealedMonth: Int] = [:]
        var last: Int64? = .min
        let kept = try await read("find captures that are still needed") { try $0.captures(of: held) }
        while let key = last {
            let body: @Sendable (Database) throws -> (Int64?, [SealedMonth: Int]) = { database in
                try database.emptyCaptures(after: key, before: limit, except: kept, in: act)
            }
            let (next, counts) =
                act == nil
                ? try await read("count telegrams whose time is over", body)
                : try await write("remove telegrams whose time is over", body)
            last = next
            months.merge(counts, uniquingKeysWith: +)
        }
        return RetentionCount.list(months, .telegrams)
    }

    /// Removes audit entries whose time is over.
    public func retainAudit(_ limits: RetentionLimits, in act: RetentionAct?) async throws(StoreError)
        -> [RetentionCount]
    {
        guard let limit = limits.audit else { return [] }
        let body: @Sendable (Database) throws -> [SealedMonth: Int] = { database in
            let before = limit.start.secondsSince1970
            let counts = try Int64.fetchAll(
                database,
                sql: "SELECT at_utc FROM audit WHERE at_utc < ?",
                arguments: [before]
            ).reduce(into: [SealedMonth: Int]()) { $0[SealedMonth(containing: $1), default: 0] += 1 }
            guard let act else { return counts }
            try database.execute(sql: "DELETE FROM audit WHERE at_utc < ?", arguments: [before])
            try database.count(counts, .audit, before: limit, in: act)
            return counts
        }
        let counts =
            act == nil
            ? try await read("count audit entries whose time is over", body)
            : try await write("remove audit entries whose time is over", body)
        return RetentionCount.list(counts, .audit)
    }

    /// Up to where a point's readings went because their time was over; nil where none did.
    ///
    /// Its days before keep the usage that was judged while the readings were there.
    public func retainedSince(of point: ServicePoint.ID) async throws(StoreError) -> LocalDay? {
        try await read("read up to where the readings of \(point) went") { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT r.before_day_jst FROM retained_since r JOIN service_point p ON p.key = r.point_key WHERE p.id = ?
                    """,
                arguments: [point.rawValue]
            ).map { LocalDay(daysSince1970: $0) }
        }
    }
}

extension RetentionLimits {
    /// For the audit log.
    fileprivate var words: String {
        let all: [(String, LocalDay?)] = [
            ("readings", readings), ("billing basis", billingBasis), ("telegrams", telegrams),
            ("audit", audit),
        ]
        return all.compactMap { name, day in day.map { "\(name) before \($0)" } }.joined(separator: ", ")
    }
}

extension RetentionCount {
    fileprivate static func list(_ months: [SealedMonth: Int], _ kind: Kind) -> [RetentionCount] {
        months.sorted { $0.key < $1.key }.compactMap { month, count in
            LocalMonth(year: Int(month.number / 12), month: Int(month.number % 12) + 1)
                .map { RetentionCount(kind: kind, month: $0, count: count) }
        }
    }
}

extension Database {
    fileprivate func holds(before limit: LocalDay) throws -> [RetentionHold] {
        let reasons: [(RetentionHold.Reason, String)] = [
            (
                .openIncident,
                "EXISTS (SELECT 1 FROM incident i WHERE i.subject = p.id AND i.state <> 'closed')"
            ),
            (
                .unexplained,
                """
                EXISTS (SELECT 1 FROM daily_usage u WHERE u.point_key = p.key AND u.is_unexplained = 1
                    AND u.day_jst < \(limit.daysSince1970) AND u.day_jst >= coalesce(
                        (SELECT s.before_day_jst FROM retained_since s WHERE s.point_key = p.key), u.day_jst))
                """
            ),
            (
                .quarantine,
                """
                EXISTS (SELECT 1 FROM quarantine q WHERE q.state = 'waiting'
                    AND substr(q.place, 1, length(p.id) + 1) = p.id || ' ')
                """
            ),
        ]
        var found: [ServicePoint.ID: RetentionHold] = [:]
        for (reason, condition) in reasons.reversed() {
            for id in try String.fetchAll(self, sql: "SELECT p.id FROM service_point p WHERE \(condition)") {
                found[ServicePoint.ID(id)] = RetentionHold(point: ServicePoint.ID(id), reason: reason)
            }
        }
        return found.values.sorted { $0.point < $1.point }
    }

    /// Those to which a reading of these points leads.
    fileprivate func captures(of points: [ServicePoint.ID]) throws -> Set<Int64> {
        try points.reduce(into: []) { captures, id in
            guard let key = try Register(self).pointKey(id) else { return }
            for route in Route.allCases {
                let all = try ReadingQuery(self, point: key, route: route).all(in: .min..<Int64.max)
                captures.formUnion(all.map(\.capture))
            }
        }
    }

    /// Looks at the next captures in order of their keys, which is the order of storing.
    ///
    /// - Returns: the last key looked at, nil at the end; and how many of each month went.
    fileprivate func emptyCaptures(
        after key: Int64,
        before limit: LocalDay,
        except kept: Set<Int64>,
        in act: RetentionAct?
    ) throws -> (Int64?, [SealedMonth: Int]) {
        let rows = try Row.fetchAll(
            self,
            sql: """
                SELECT c.key, c.stored_utc, c.bytes_gone IS NULL AND length(c.bytes) + length(c.request_bytes) > 0
                    AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.state = 'waiting' AND q.path_key = c.path_key
                        AND q.record_key IN (c.record_key, c.source))
                    AND NOT EXISTS (SELECT 1 FROM held_reading h WHERE h.capture_key = c.key AND h.state = 'held')
                FROM capture c WHERE c.key > ? AND c.stored_utc < ? ORDER BY c.key LIMIT ?
                """,
            arguments: [key, limit.start.secondsSince1970, MeterStore.capturesPerRetention]
        )
        guard let last = rows.last else { return (nil, [:]) }
        let due = rows.filter { ($0[2] as Bool) && !kept.contains($0[0]) }
        let counts = due.reduce(into: [SealedMonth: Int]()) {
            $0[SealedMonth(containing: $1[1]), default: 0] += 1
        }
        if let act {
            let empty = try cachedStatement(
                sql: """
                    UPDATE capture SET bytes = x'', request_bytes = x'', packing = 0, length = NULL,
                        bytes_gone = 'retention' WHERE key = ?
                    """
            )
            for row in due { try empty.execute(arguments: [row[0] as Int64]) }
            try count(counts, .telegrams, before: limit, in: act)
        }
        return (last[0], counts)
    }

    fileprivate func count(
        _ counts: [SealedMonth: Int],
        _ kind: RetentionCount.Kind,
        before limit: LocalDay,
        in act: RetentionAct
    ) throws {
        let statement = try cachedStatement(
            sql: """
                INSERT INTO retention_count (run_key, kind, before_utc, month_jst, count) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (run_key, kind, month_jst) DO UPDATE SET count = count + excluded.count
                """
        )
        for (month, count) in counts {
            try statement.execute(arguments: [
                act.number, kind.rawValue, limit.start.secondsSince1970, month.number, count,
            ])
        }
    }
}
