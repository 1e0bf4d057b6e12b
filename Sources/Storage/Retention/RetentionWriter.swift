internal import GRDB
internal import Metering

/// Removes the readings of one point whose time is over, inside somebody's transaction.
///
/// Two kinds of readings stay for longer than the rest: those round the first midnight of each month, on which bills
/// rest, and those from `from` on, from which the usage of the first day that keeps its readings is told. The judged days
/// stay all. What is left of a month is written down, so that `verify` sees whether anything more goes.
struct RetentionWriter {
    private let database: Database
    private let limit: LocalDay
    private let billingBasis: Int64

    init(_ database: Database, limit: LocalDay, billingBasis: LocalDay?) {
        self.database = database
        self.limit = limit
        self.billingBasis = billingBasis?.start.secondsSince1970 ?? .min
    }

    /// - Parameters:
    ///   - point: its key.
    ///   - from: readings of each way from here on stay; not behind the limit, and the limit where there is none.
    ///   - isDone: whether they are removed, or only counted.
    /// - Returns: how many of each month.
    /// - Throws: `.damaged` when a block can't be read.
    func remove(at point: Int64, from: [Route: Instant], isDone: Bool) throws -> [SealedMonth: Int] {
        var removed: [SealedMonth: Int] = [:]
        for route in Route.allCases {
            let end = min(from[route] ?? limit.start, limit.start).secondsSince1970
            let query = ReadingQuery(database, point: point, route: route)
            let all = try query.all(in: .min..<end)
            let next = try query.newest(in: end..<end + 40 * 86_400).first { $0.quality == 0 }
            let holes = try InvalidSpans.all(of: point, storedBy: .max, in: database)
            let kept = basis(all, next) { at in
                holes.contains { $0.contains(Instant(secondsSince1970: at)) }
            }
            let over = all.filter { !kept.contains($0.at) }
            for reading in over { removed[SealedMonth(containing: reading.at), default: 0] += 1 }
            if isDone, !over.isEmpty { try remove(over, before: end, point, route, kept) }
        }
        if isDone { try note(removed, at: point) }
        return removed
    }

    /// The instants of the measured readings on both sides of each month's first midnight.
    ///
    /// - Parameters:
    ///   - readings: in order of instant and revision.
    ///   - next: the first measured one behind them.
    ///   - isInvalid: whether a person declared an instant no evidence.
    /// - Returns: UTC seconds.
    private func basis(
        _ readings: [StoredReading],
        _ next: StoredReading?,
        isInvalid: (Int64) -> Bool
    ) -> Set<Int64> {
        let measured = readings.enumerated().filter { place, reading in
            reading.quality == 0 && (place + 1 == readings.count || readings[place + 1].at != reading.at)
        }.map(\.element.at).filter { !isInvalid($0) }
        var kept: Set<Int64> = []
        for (place, earlier) in measured.enumerated() {
            guard let own = SealedMonth(containing: earlier).span else { continue }
            if earlier == own.lowerBound, earlier >= billingBasis { kept.insert(earlier) }
            let later = place + 1 < measured.count ? measured[place + 1] : next?.at
            guard let later else {
                kept.insert(earlier)
                continue
            }
            // The last first midnight that lies behind the earlier one and not behind the later one.
            guard let midnight = SealedMonth(containing: later).span?.lowerBound, midnight > earlier,
                midnight >= billingBasis
            else { continue }
            kept.insert(earlier)
            kept.insert(later)
        }
        return kept
    }

    private func remove(
        _ over: [StoredReading],
        before end: Int64,
        _ point: Int64,
        _ route: Route,
        _ kept: Set<Int64>
    ) throws {
        try Sealer(database).remove(before: end, at: point, by: route) { kept.contains($0.at) }
        let delete = try database.cachedStatement(
            sql: "DELETE FROM \(ReadingRows.table(route)) WHERE day_jst = ? AND point_key = ? AND at_utc = ?"
        )
        for at in Set(over.map(\.at)) { try delete.execute(arguments: [ReadingRows.day(of: at), point, at]) }
    }

    /// Writes down what is left of the months, and up to where the point's readings went.
    private func note(_ removed: [SealedMonth: Int], at point: Int64) throws {
        for (month, count) in removed { try note(month, count, at: point) }
        try database.execute(
            sql: """
                INSERT INTO retained_since (point_key, before_day_jst) VALUES (?, ?)
                ON CONFLICT (point_key) DO UPDATE SET before_day_jst = max(before_day_jst, excluded.before_day_jst)
                """,
            arguments: [point, limit.daysSince1970]
        )
    }

    private func note(_ month: SealedMonth, _ count: Int, at point: Int64) throws {
        guard let span = month.span else { return }
        let kept = try Route.allCases.reduce(0) { sum, route in
            try sum + ReadingQuery(database, point: point, route: route).all(in: span).count
        }
        let first = LocalDay(containing: Instant(secondsSince1970: span.lowerBound)).daysSince1970
        let last = LocalDay(containing: Instant(secondsSince1970: span.upperBound)).daysSince1970
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO retained_month (point_key, month_jst, removed_count, kept_count, days, volume_ml, known_seconds)
                SELECT ?1, ?2, ?3, ?4, count(*), coalesce(sum(volume_ml), 0), coalesce(sum(known_seconds), 0)
                FROM daily_usage WHERE point_key = ?1 AND day_jst >= ?5 AND day_jst < ?6
                ON CONFLICT (point_key, month_jst) DO UPDATE SET
                    removed_count = removed_count + excluded.removed_count, kept_count = excluded.kept_count
                """
        )
        try statement.execute(arguments: [point, month.number, count, kept, first, last])
    }
}
