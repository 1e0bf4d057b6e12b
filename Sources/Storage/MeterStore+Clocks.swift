internal import GRDB
public import Metering

extension MeterStore {
    /// What a unit's own clock showed when it was asked.
    ///
    /// - Parameters:
    ///   - source: what captures of the path call the unit.
    ///   - path: the line.
    ///   - range: instants of the answers.
    /// - Returns: one sight for each answer with a clock in it, in order of the answers.
    /// - Throws: when the database can't be read.
    public func clockSights(
        of source: String,
        on path: Path.ID,
        in range: Range<Instant>
    ) async throws(StoreError) -> [ClockSight] {
        try await read("read the clock of \(source) on \(path)") { database in
            let sql = """
                SELECT c.own_utc, c.asked_utc, c.answered_utc FROM capture c JOIN path w ON w.key = c.path_key
                WHERE w.id = ? AND c.source = ? AND c.answered_utc >= ? AND c.answered_utc < ?
                    AND c.own_utc IS NOT NULL AND c.request_bytes <> x''
                ORDER BY c.answered_utc, c.key
                """
            let arguments: StatementArguments = [
                path.rawValue, source, range.lowerBound.secondsSince1970, range.upperBound.secondsSince1970,
            ]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                ClockSight(
                    own: Instant(secondsSince1970: row[0]),
                    earliest: Instant(secondsSince1970: row[1]),
                    latest: Instant(secondsSince1970: row[2])
                )
            }
        }
    }

    /// The stamps of a point's readings, each with the delivery that it can't be later than.
    ///
    /// - Parameters:
    ///   - point: a service point whose readings bear their own stamps; one that is not registered has none.
    ///   - range: instants of measurement.
    /// - Returns: one sight for each reading that was not polled, in order of their stamps.
    /// - Throws: when the database can't be read.
    public func stampSights(
        of point: ServicePoint.ID,
        in range: Range<Instant>
    ) async throws(StoreError) -> [ClockSight] {
        try await read("read the stamps of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            let span = range.lowerBound.secondsSince1970..<range.upperBound.secondsSince1970
            let statement = try database.cachedStatement(
                sql:
                    "SELECT min(answered_utc, delivered_utc) FROM capture WHERE key = ? AND request_bytes = x''"
            )
            // A record of a feed has the values of a day.
            var deliveries: [Int64: Int64?] = [:]
            return try ReadingQuery(database, point: key).newest(in: span).compactMap { reading in
                if deliveries[reading.capture] == nil {
                    deliveries[reading.capture] = .some(
                        try Int64.fetchOne(statement, arguments: [reading.capture])
                    )
                }
                guard let known = deliveries[reading.capture], let latest = known else { return nil }
                return ClockSight(
                    own: Instant(secondsSince1970: reading.at),
                    earliest: nil,
                    latest: Instant(secondsSince1970: latest)
                )
            }
        }
    }
}
