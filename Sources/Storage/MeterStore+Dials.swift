internal import GRDB
public import Metering

extension MeterStore {
    /// Keeps a dial setting with its audit entry, and moves the readings since then to where it puts them.
    ///
    /// Readings that were stored under the setting before it get a new revision, shifted by the difference of the
    /// offsets round the dial's end; the old ones stay. Those behind a later setting are not touched.
    ///
    /// - Parameters:
    ///   - setting: what was read, and the offset that follows.
    ///   - previous: the offset under which the readings since then were decoded.
    ///   - person: who read it.
    ///   - reason: why; not empty.
    ///   - now: the time of storing.
    /// - Returns: how many readings were moved.
    /// - Throws: `.notFound` when the point is not registered, `.failed` when a setting of that instant exists.
    @discardableResult
    public func record(
        _ setting: DialSetting,
        replacing previous: Volume,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) -> Int {
        try await write("record a dial setting at \(setting.point)") { database in
            let point = try Register(database).requiredPointKey(setting.point)
            guard !reason.isEmpty else { throw StoreError(.failed, "a dial setting needs a reason") }
            let later = try Int64.fetchOne(
                database,
                sql: "SELECT min(at_utc) FROM dial_setting WHERE point_key = ? AND at_utc > ?",
                arguments: [point, setting.at.secondsSince1970]
            )
            try database.execute(
                sql: """
                    INSERT INTO dial_setting (point_key, at_utc, dial_ml, offset_ml, cause, drift_ml, recorded_by,
                        reason, stored_utc)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    point, setting.at.secondsSince1970, setting.dial.millilitres, setting.offset.millilitres,
                    setting.cause.rawValue, setting.drift?.millilitres, person, reason, now.secondsSince1970,
                ]
            )
            let moved = try DialShift(point: point, by: setting.offset - previous, in: database)
                .revise(from: setting.at, until: later, at: now)
            try ArrivalMark.touch(point, from: setting.at, in: database)
            try database.insert(AuditEntry(setting, reason, by: person, at: now))
            return moved
        }
    }

    /// The dial settings of a point in order of time.
    public func dialSettings(of point: ServicePoint.ID) async throws(StoreError) -> [DialSetting] {
        try await read("read the dial settings of \(point)") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT d.at_utc, d.dial_ml, d.offset_ml, d.cause, d.drift_ml FROM dial_setting d
                    JOIN service_point p ON p.key = d.point_key WHERE p.id = ? ORDER BY d.at_utc
                    """
            )
            return try Row.fetchAll(statement, arguments: [point.rawValue]).map { row in
                guard let cause = DialSetting.Cause(rawValue: row[3]) else {
                    throw StoreError(.damaged, "a dial setting of \(point) has a cause that no version wrote")
                }
                let drift: Int64? = row[4]
                return DialSetting(
                    point: point,
                    at: Instant(secondsSince1970: row[0]),
                    dial: .millilitres(row[1]),
                    offset: .millilitres(row[2]),
                    cause: cause,
                    drift: drift.map { .millilitres($0) }
                )
            }
        }
    }
}

/// Moves indexes of one point by an amount, round the end of its dial.
struct DialShift {
    private let point: Int64
    private let amount: Volume
    private let dial: Dial
    private let database: Database

    init(point: Int64, by amount: Volume, in database: Database) throws {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT m.dial_capacity_ml, m.dial_resolution_ml FROM service_point p
                JOIN meter m ON m.key = p.meter_key WHERE p.key = ?
                """,
            arguments: [point]
        )
        guard let row else { throw StoreError(.notFound, "no meter hangs at point \(point)") }
        dial = Dial(capacity: .millilitres(row[0]), resolution: .millilitres(row[1]))
        self.point = point
        self.amount = amount
        self.database = database
    }

    func moved(_ index: Volume) -> Volume { dial.wrapped(index + amount) }

    /// Gives every reading of the span a new revision; nothing where the amount is zero.
    ///
    /// - Returns: how many.
    func revise(from start: Instant, until end: Int64?, at now: Instant) throws -> Int {
        guard amount != .zero else { return 0 }
        let moved = try ReadingQuery(database, point: point).newest(
            in: start.secondsSince1970..<(end ?? .max)
        )
        var table = try ReadingTable(database)
        for reading in moved {
            var next = reading
            next.revision += 1
            next.index = self.moved(.millilitres(reading.index)).millilitres
            next.stored = now.secondsSince1970
            guard try table.insert(next, at: point) == .stored else {
                throw StoreError(.failed, "a reading has a revision beyond its newest")
            }
        }
        return moved.count
    }
}

extension AuditEntry {
    fileprivate init(_ setting: DialSetting, _ reason: String, by person: String, at now: Instant) {
        self.init(
            at: now,
            person: person,
            action: setting.cause.rawValue,
            subject: setting.point.rawValue,
            detail: "at \(setting.at), dial \(setting.dial), offset \(setting.offset)"
                + (setting.drift.map { ", drift \($0)" } ?? "") + ": \(reason)"
        )
    }
}
