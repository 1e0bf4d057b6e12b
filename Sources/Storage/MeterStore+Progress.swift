internal import GRDB
public import Metering

extension MeterStore {
    /// The points that have something `stage` has not judged, in order of their ids.
    ///
    /// After a crash between the two transactions they name what is still to be done. Where two stages share the
    /// store, `earliest` may name an older instant than one of them needs, never a newer one.
    public func unjudgedPoints(stage: String) async throws(StoreError) -> [UnjudgedPoint] {
        try await read("find unjudged points") { database in
            let sql = """
                SELECT p.id, a.sequence, a.earliest_utc, p.key
                FROM arrival_mark a
                JOIN service_point p ON p.key = a.point_key
                LEFT JOIN progress g ON g.point_key = a.point_key AND g.stage = ?
                WHERE a.sequence > coalesce(g.sequence, 0) ORDER BY p.id
                """
            return try Row.fetchAll(database, sql: sql, arguments: [stage]).map { row in
                let earliest: Int64? = try row[2] ?? firstInstant(of: row[3], in: database)
                return UnjudgedPoint(
                    point: ServicePoint.ID(row[0]),
                    mark: row[1],
                    earliest: Instant(secondsSince1970: earliest ?? 0)
                )
            }
        }
    }

    /// The oldest instant of both ways.
    private func firstInstant(of point: Int64, in database: Database) throws -> Int64? {
        try Route.allCases.compactMap { try ReadingQuery(database, point: point, route: $0).first()?.at }
            .min()
    }

    /// How far `stage` has come, for every point it judged.
    public func progress(stage: String) async throws(StoreError) -> [ServicePoint.ID: Progress] {
        try await read("read the progress of \(stage)") { database in
            let sql = """
                SELECT p.id, g.sequence, g.last_reading_utc FROM progress g
                JOIN service_point p ON p.key = g.point_key WHERE g.stage = ?
                """
            let rows = try Row.fetchAll(database, sql: sql, arguments: [stage])
            return Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    let point = ServicePoint.ID(row[0])
                    let last: Int64? = row[2]
                    return (
                        point,
                        Progress(
                            stage: stage,
                            point: point,
                            mark: row[1],
                            lastReadingAt: last.map { Instant(secondsSince1970: $0) }
                        )
                    )
                }
            )
        }
    }
}
