internal import GRDB
public import Metering

extension MeterStore {
    /// Takes over the register of service points and meters, in one transaction; points it does not name stay.
    ///
    /// - Returns: the points whose named meter was already replaced by a recorded exchange. Their current meter is
    ///   kept, and the register should be brought up to date.
    @discardableResult
    public func register(_ points: [RegisteredPoint]) async throws(StoreError) -> [ServicePoint.ID] {
        try await write("register service points") { database in
            var stale: [ServicePoint.ID] = []
            for point in points {
                let isStale = try Register(database).upsert(point)
                if isStale { stale.append(point.point.id) }
            }
            return stale
        }
    }

    /// All service points with their current meters, in order of their ids.
    public func registeredPoints() async throws(StoreError) -> [RegisteredPoint] {
        try await read("read the register") { database in
            try Row.fetchAll(database, sql: Register.selection + " ORDER BY p.id").map(Register.point)
        }
    }

    /// One service point with its current meter; nil when it is not registered.
    public func registeredPoint(_ id: ServicePoint.ID) async throws(StoreError) -> RegisteredPoint? {
        try await read("read the register") { database in
            let sql = Register.selection + " WHERE p.id = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [id.rawValue]).map(Register.point)
        }
    }
}

/// Statements on the register, inside somebody's transaction.
struct Register {
    let database: Database

    init(_ database: Database) {
        self.database = database
    }

    static let selection = """
        SELECT p.id, p.calibre_mm, p.use_class, p.area, p.is_vacant,
               m.id, m.dial_capacity_ml, m.dial_resolution_ml, m.verified_until_month, m.is_billable
        FROM service_point p JOIN meter m ON m.key = p.meter_key
        """

    static func point(_ row: Row) -> RegisteredPoint {
        let expiry: String? = row[8]
        return RegisteredPoint(
            point: ServicePoint(
                id: ServicePoint.ID(row[0]),
                calibre: Calibre(millimetres: row[1]),
                useClass: UseClass(row[2]),
                area: row[3],
                isVacant: row[4]
            ),
            meter: Meter(
                id: Meter.ID(row[5]),
                dial: Dial(capacity: .millilitres(row[6]), resolution: .millilitres(row[7])),
                verifiedUntil: expiry.flatMap { LocalMonth($0) },
                isBillable: row[9]
            )
        )
    }

    /// The integer key of a service point, or nil when it is not registered.
    func pointKey(_ id: ServicePoint.ID) throws -> Int64? {
        let statement = try database.cachedStatement(sql: "SELECT key FROM service_point WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [id.rawValue])
    }

    /// The integer key of a service point that has to be there.
    func requiredPointKey(_ id: ServicePoint.ID) throws -> Int64 {
        guard let key = try pointKey(id) else {
            throw StoreError(.notFound, "no service point \(id) is registered")
        }
        return key
    }

    /// The integer key of a path, which is made on first use.
    func pathKey(_ id: Path.ID) throws -> Int64 {
        let find = try database.cachedStatement(sql: "SELECT key FROM path WHERE id = ?")
        if let key = try Int64.fetchOne(find, arguments: [id.rawValue]) { return key }
        try database.execute(sql: "INSERT INTO path (id) VALUES (?)", arguments: [id.rawValue])
        return database.lastInsertedRowID
    }

    /// - Returns: whether the point's current meter was kept, because an exchange removed the named one.
    func upsert(_ registered: RegisteredPoint) throws -> Bool {
        let meterKey = try upsert(registered.meter)
        let point = registered.point
        let isReplaced = try isReplaced(meterKey, at: point.id)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO service_point (id, calibre_mm, use_class, area, is_vacant, meter_key)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET calibre_mm = excluded.calibre_mm, use_class = excluded.use_class,
                    area = excluded.area, is_vacant = excluded.is_vacant,
                    meter_key = iif(?, meter_key, excluded.meter_key)
                """
        )
        try statement.execute(arguments: [
            point.id.rawValue, point.calibre.millimetres, point.useClass.name, point.area, point.isVacant,
            meterKey,
            isReplaced,
        ])
        return isReplaced
    }

    func upsert(_ meter: Meter) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO meter (id, dial_capacity_ml, dial_resolution_ml, verified_until_month, is_billable)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET dial_capacity_ml = excluded.dial_capacity_ml,
                    dial_resolution_ml = excluded.dial_resolution_ml,
                    verified_until_month = excluded.verified_until_month, is_billable = excluded.is_billable
                RETURNING key
                """
        )
        let key = try Int64.fetchOne(
            statement,
            arguments: [
                meter.id.rawValue, meter.dial.capacity.millilitres, meter.dial.resolution.millilitres,
                meter.verifiedUntil?.description, meter.isBillable,
            ]
        )
        guard let key else { throw StoreError(.failed, "SQLite gave meter \(meter.id) no key") }
        return key
    }

    /// Whether the last exchange at the point that names this meter took it away.
    private func isReplaced(_ meterKey: Int64, at point: ServicePoint.ID) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT e.old_meter_key = ?1 AND e.new_meter_key <> ?1
                FROM meter_exchange e JOIN service_point p ON p.key = e.point_key
                WHERE p.id = ?2 AND ?1 IN (e.old_meter_key, e.new_meter_key)
                ORDER BY e.at_utc DESC, e.revision DESC LIMIT 1
                """
        )
        return try Bool.fetchOne(statement, arguments: [meterKey, point.rawValue]) ?? false
    }
}
