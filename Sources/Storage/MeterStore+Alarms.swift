internal import GRDB
public import Metering

extension MeterStore {
    /// Every start and clear of one point's own alarms, in order of the meter's clock.
    ///
    /// - Parameters:
    ///   - point: a service point; one that is not registered has none.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: each change once, however often it was delivered.
    /// - Throws: when the database can't be read.
    public func alarmChanges(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [AlarmChange] {
        try await alarmChanges(where: "p.id = ? AND a.stored_utc <= ?", [point.rawValue, asOf.orLast])
    }

    /// Which of a point's own alarms stand and which are gone, by meter and code.
    ///
    /// - Parameters:
    ///   - point: a service point.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: every alarm that ever changed.
    /// - Throws: when the database can't be read.
    public func alarmLevels(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [AlarmLevel] {
        try await alarmChanges(of: point, asOf: asOf).levels()
    }

    /// The alarms that stand now, of all points.
    public func raisedAlarms() async throws(StoreError) -> [AlarmLevel] {
        try await alarmChanges(where: "TRUE", []).levels().filter(\.isRaised)
    }

    private func alarmChanges(
        where condition: String,
        _ arguments: [any DatabaseValueConvertible & Sendable]
    ) async throws(StoreError) -> [AlarmChange] {
        try await read("read the meters' alarms") { database in
            let sql = """
                SELECT p.id, a.meter_id, a.code, a.at_utc, a.is_raised, a.telegram
                FROM alarm_change a JOIN service_point p ON p.key = a.point_key
                WHERE \(condition) ORDER BY a.at_utc, a.is_raised, a.meter_id, a.code
                """
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map { row in
                AlarmChange(
                    point: ServicePoint.ID(row[0]),
                    meter: Meter.ID(row[1]),
                    code: AlarmCode(row[2]),
                    at: Instant(secondsSince1970: row[3]),
                    isRaised: row[4],
                    telegram: row[5]
                )
            }
        }
    }
}

extension Instant? {
    fileprivate var orLast: Int64 { self?.secondsSince1970 ?? .max }
}
