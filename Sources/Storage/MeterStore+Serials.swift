internal import GRDB
public import Metering

extension MeterStore {
    /// The number of the unit that hangs there; what a person said counts before what was merely seen.
    public func unitSerial(of unit: UInt8, on path: Path.ID) async throws(StoreError) -> UnitSerial? {
        try await read("read the number of unit \(unit)") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT s.serial, s.since_utc, s.is_confirmed FROM unit_serial s JOIN path p ON p.key = s.path_key
                    WHERE p.id = ? AND s.unit = ? ORDER BY s.since_utc DESC, s.key DESC LIMIT 1
                    """
            )
            return try Row.fetchOne(statement, arguments: [path.rawValue, unit]).map { row in
                UnitSerial(
                    path: path,
                    unit: unit,
                    serial: row[0],
                    since: Instant(secondsSince1970: row[1]),
                    isConfirmed: row[2]
                )
            }
        }
    }

    /// Keeps a unit's number from an instant on, with an audit entry; readings held under it from then on are claimed.
    ///
    /// - Parameters:
    ///   - serial: of the unit that hangs there.
    ///   - shifts: by how much claimed readings of each point move, where a new offset holds for them.
    ///   - person: who said so, or who was seen.
    ///   - now: the time of storing.
    /// - Returns: how many held readings were claimed.
    /// - Throws: `StoreError` when the file cannot be written; nothing is changed then.
    @discardableResult
    public func record(
        _ serial: UnitSerial,
        shifting shifts: [ServicePoint.ID: Volume] = [:],
        by person: String,
        at now: Instant
    ) async throws(StoreError) -> Int {
        try await write("record the number of unit \(serial.unit)") { database in
            let path = try Register(database).pathKey(serial.path)
            try database.execute(
                sql: """
                    INSERT INTO unit_serial (path_key, unit, serial, since_utc, is_confirmed, recorded_by, stored_utc)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    path, serial.unit, serial.serial, serial.since.secondsSince1970, serial.isConfirmed,
                    person,
                    now.secondsSince1970,
                ]
            )
            try database.insert(
                AuditEntry(
                    at: now,
                    person: person,
                    action: "unit_serial",
                    subject: "\(serial.path) unit \(serial.unit)",
                    detail: "\(serial.serial) since \(serial.since)"
                )
            )
            return try HeldWriter(database, now: now).claim(serial, path: path, shifts: shifts)
        }
    }

    /// Transaction 1 for an answer under a number that is not the registered one: the captures are kept, their readings
    /// are held.
    public func hold(_ arrivals: [Arrival], under serial: String, from unit: UInt8, at now: Instant)
        async throws(StoreError)
    {
        try await write("hold readings of unit \(unit)") { database in
            var writer = try ArrivalWriter(database, keys, now: now)
            for arrival in arrivals {
                let bare = Arrival(capture: arrival.capture, readings: [], rejections: arrival.rejections)
                guard case .stored = try writer.store(bare) else { continue }
                let kept = Arrival(
                    capture: arrival.capture,
                    readings: try arrival.readings.filter { try !writer.isErased($0) },
                    second: try arrival.second.filter { try !writer.isErased($0) }
                )
                try HeldWriter(database, now: now).hold(kept, under: serial, from: unit)
            }
        }
    }

    /// What is held at a point under a number that is not its own; nil when nothing is.
    public func held(at point: ServicePoint.ID, by route: Route = .first) async throws(StoreError)
        -> HeldSummary?
    {
        try await read("read what is held at \(point)") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT h.serial, min(h.at_utc), count(*) FROM held_reading h
                    JOIN service_point p ON p.key = h.point_key
                    WHERE p.id = ? AND h.route = ? AND h.state = 'held' GROUP BY h.serial ORDER BY max(h.at_utc) DESC LIMIT 1
                    """
            )
            return try Row.fetchOne(statement, arguments: [point.rawValue, route.rawValue]).map { row in
                HeldSummary(serial: row[0], since: Instant(secondsSince1970: row[1]), count: row[2])
            }
        }
    }
}

/// Statements on held readings, inside somebody's transaction.
private struct HeldWriter {
    let database: Database
    let now: Instant

    init(_ database: Database, now: Instant) {
        self.database = database
        self.now = now
    }

    func hold(_ arrival: Arrival, under serial: String, from unit: UInt8) throws {
        let register = Register(database)
        let path = try register.pathKey(arrival.capture.path)
        let capture = try Int64.fetchOne(
            database,
            sql: "SELECT key FROM capture WHERE path_key = ? AND record_key = ?",
            arguments: [path, arrival.capture.key]
        )
        for (route, reading) in arrival.ways {
            let point = try register.requiredPointKey(reading.point)
            try database.execute(
                sql: """
                    INSERT INTO held_reading (path_key, unit, serial, point_key, at_utc, index_ml, quality, status_bits,
                        capture_key, route)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    path, unit, serial, point, reading.at.secondsSince1970, reading.index.millilitres,
                    reading.quality.rawValue, reading.status.rawValue, capture, route.rawValue,
                ]
            )
            try ArrivalMark.touch(point, from: reading.at, in: database)
        }
    }

    func claim(_ serial: UnitSerial, path: Int64, shifts: [ServicePoint.ID: Volume]) throws -> Int {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT h.key, p.key, p.id, h.at_utc, h.index_ml, h.quality, h.status_bits, h.capture_key, h.route
                FROM held_reading h JOIN service_point p ON p.key = h.point_key
                WHERE h.path_key = ? AND h.unit = ? AND h.serial = ? AND h.at_utc >= ? AND h.state = 'held'
                ORDER BY h.at_utc
                """,
            arguments: [path, serial.unit, serial.serial, serial.since.secondsSince1970]
        )
        var table = try ReadingTable(database)
        for row in rows {
            let (key, point, at, index): (Int64, Int64, Int64, Int64) = (row[0], row[1], row[3], row[4])
            let (quality, status, capture): (Int64, Int64, Int64) = (row[5], row[6], row[7])
            let shift = try DialShift(
                point: point,
                by: shifts[ServicePoint.ID(row[2])] ?? .zero,
                in: database
            )
            let claimed = StoredReading(
                at: at,
                revision: 1,
                index: shift.moved(.millilitres(index)).millilitres,
                quality: quality,
                status: status,
                capture: capture,
                stored: now.secondsSince1970
            )
            // What the point's own meter said at the same instant stays.
            _ = try table.insert(claimed, at: point, by: Route(rawValue: row[8]) ?? .first)
            try database.execute(
                sql: "UPDATE held_reading SET state = 'claimed' WHERE key = ?",
                arguments: [key]
            )
            try ArrivalMark.touch(point, from: Instant(secondsSince1970: at), in: database)
        }
        // What came under a number that is the right one now is no riddle any more, whenever it came.
        return rows.count
    }
}
