internal import GRDB
public import Metering

extension MeterStore {
    /// The judged days of one point, in order; days never judged are missing.
    public func dailyUsage(
        of point: ServicePoint.ID,
        in days: Range<LocalDay>
    ) async throws(StoreError) -> [DailyUsage] {
        try await read("read the daily usage of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            return try database.dailyUsage(of: point, key, in: days)
        }
    }

    /// The judged usage of all points on one day, in order of their ids.
    public func dailyUsage(on day: LocalDay) async throws(StoreError) -> [DailyUsage] {
        try await dailyUsage(in: day..<day.advanced(by: 1))
    }

    /// The judged days of all points, in order of their ids and of the days.
    public func dailyUsage(in days: Range<LocalDay>) async throws(StoreError) -> [DailyUsage] {
        try await read("read daily usage") { database in
            try database.points().flatMap { try database.dailyUsage(of: $0.id, $0.key, in: days) }
        }
    }

    /// What every point used over some days, added up from its judged days, in order of their ids.
    ///
    /// A day that was never judged counts as unknown; a point without any judged day of these is left out.
    public func usageTotals(in days: Range<LocalDay>) async throws(StoreError) -> [UsageTotal] {
        try await read("add up daily usage") { database in
            let sql = """
                SELECT p.id, sum(u.volume_ml), sum(u.known_seconds), max(u.is_unexplained)
                FROM service_point p CROSS JOIN daily_usage u
                    ON u.point_key = p.key AND u.day_jst >= ? AND u.day_jst < ?
                GROUP BY p.key ORDER BY p.id
                """
            let bounds: StatementArguments = [days.lowerBound.daysSince1970, days.upperBound.daysSince1970]
            return try Row.fetchAll(database, sql: sql, arguments: bounds).map { row in
                UsageTotal(
                    point: ServicePoint.ID(row[0]),
                    usage: Usage(
                        volume: .millilitres(row[1]),
                        coverage: Coverage(
                            knownSeconds: row[2],
                            totalSeconds: Int64(days.upperBound.daysSince1970 - days.lowerBound.daysSince1970)
                                * 86_400
                        ),
                        isUnexplained: row[3]
                    )
                )
            }
        }
    }
}

extension MeterStore {
    /// The least usage of an hour between 1:00 and 5:00 of every point and night (夜間最小流量), where it is known.
    ///
    /// - Returns: in order of the points' ids and of the days.
    public func nightMinimums(in days: Range<LocalDay>) async throws(StoreError) -> [NightMinimum] {
        try await read("read the night minimums") { database in
            try database.points().flatMap { point in
                let statement = try database.cachedStatement(
                    sql: """
                        SELECT day_jst, night_minimum_ml FROM daily_usage
                        WHERE point_key = ? AND day_jst >= ? AND day_jst < ? AND night_minimum_ml IS NOT NULL
                        ORDER BY day_jst
                        """
                )
                let bounds: StatementArguments = [
                    point.key, days.lowerBound.daysSince1970, days.upperBound.daysSince1970,
                ]
                return try Row.fetchAll(statement, arguments: bounds).map { row in
                    NightMinimum(
                        point: point.id,
                        day: LocalDay(daysSince1970: row[0]),
                        volume: .millilitres(row[1])
                    )
                }
            }
        }
    }
}

/// The least that one point used in an hour of one night.
public struct NightMinimum: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let day: LocalDay
    public let volume: Volume
}

/// What one service point used over some days.
public struct UsageTotal: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let usage: Usage
}

extension Database {
    /// All points in order of their ids.
    fileprivate func points() throws -> [(id: ServicePoint.ID, key: Int64)] {
        try Row.fetchAll(self, sql: "SELECT id, key FROM service_point ORDER BY id")
            .map { (ServicePoint.ID($0[0]), $0[1]) }
    }

    fileprivate func dailyUsage(of point: ServicePoint.ID, _ key: Int64, in days: Range<LocalDay>) throws
        -> [DailyUsage]
    {
        let statement = try cachedStatement(
            sql: """
                SELECT day_jst, volume_ml, known_seconds, is_unexplained, night_minimum_ml FROM daily_usage
                WHERE point_key = ? AND day_jst >= ? AND day_jst < ? ORDER BY day_jst
                """
        )
        let cursor = try Row.fetchCursor(
            statement,
            arguments: [key, days.lowerBound.daysSince1970, days.upperBound.daysSince1970]
        )
        var usage: [DailyUsage] = []
        while let row = try cursor.next() {
            let night: Int64? = row[4]
            usage.append(
                DailyUsage(
                    point: point,
                    day: LocalDay(daysSince1970: row[0]),
                    volume: .millilitres(row[1]),
                    knownSeconds: row[2],
                    isUnexplained: row[3],
                    nightMinimum: night.map { .millilitres($0) }
                )
            )
        }
        return usage
    }
}
