internal import GRDB
public import Metering

extension MeterStore {
    /// The judged days of one point, in order; days never judged are missing.
    public func dailyUsage(
        of point: ServicePoint.ID,
        in days: Range<LocalDay>
    ) async throws(StoreError) -> [DailyUsage] {
        try await usage(
            where: "p.id = ? AND u.day_jst >= ? AND u.day_jst < ?",
            days,
            arguments: [point.rawValue]
        )
    }

    /// The judged usage of all points on one day, in order of their ids.
    public func dailyUsage(on day: LocalDay) async throws(StoreError) -> [DailyUsage] {
        try await usage(where: "u.day_jst >= ? AND u.day_jst < ?", day..<day.advanced(by: 1))
    }

    private func usage(
        where condition: String,
        _ days: Range<LocalDay>,
        arguments: StatementArguments = []
    ) async throws(StoreError) -> [DailyUsage] {
        try await read("read daily usage") { database in
            let sql = """
                SELECT p.id, u.day_jst, u.volume_ml, u.known_seconds, u.is_unexplained
                FROM daily_usage u JOIN service_point p ON p.key = u.point_key
                WHERE \(condition) ORDER BY p.id, u.day_jst
                """
            let bounds: StatementArguments = [days.lowerBound.daysSince1970, days.upperBound.daysSince1970]
            return try Row.fetchAll(database, sql: sql, arguments: arguments + bounds).map { row in
                DailyUsage(
                    point: ServicePoint.ID(row[0]),
                    day: LocalDay(daysSince1970: row[1]),
                    volume: .millilitres(row[2]),
                    knownSeconds: row[3],
                    isUnexplained: row[4]
                )
            }
        }
    }
}
