internal import GRDB
public import Metering

extension MeterStore {
    /// Adds the points and meters that are not known yet, in one transaction.
    ///
    /// The files are the first load; from then on the store is the register, and what a known point or meter says here
    /// is what people recorded. A file that says something else changes nothing.
    ///
    /// - Parameter points: what the files say.
    /// - Returns: where a file and the register differ.
    /// - Throws: `.busy` and the like; then nothing is added.
    @discardableResult
    public func register(_ points: [RegisteredPoint]) async throws(StoreError) -> [RegisterDifference] {
        try await write("register service points") { database in
            let register = Register(database)
            for point in points { try register.add(point) }
            return try register.differences(from: points)
        }
    }

    /// Where the files and the register differ; a point that is not registered differs in nothing.
    public func registerDifferences(
        from points: [RegisteredPoint]
    ) async throws(StoreError) -> [RegisterDifference] {
        try await read("compare the register") { try Register($0).differences(from: points) }
    }

    /// Changes what the register says of a point or of the meter that hangs there, with an audit entry.
    ///
    /// Vacancy is no part of it: that is an event with an instant. The point counts as unjudged, from its first reading
    /// on where the change alters how its indexes are read.
    ///
    /// - Parameters:
    ///   - changed: the point as it shall be; its meter is the one that hangs there.
    ///   - person: who says so.
    ///   - reason: why; not empty.
    ///   - now: the time of storing.
    /// - Returns: the keys that changed; empty where the register says so already.
    /// - Throws: `.notFound` when the point is not registered, `.failed` without a reason or with another meter.
    @discardableResult
    public func change(
        _ changed: RegisteredPoint,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) -> [RegisterKey] {
        try await write("change the register of \(changed.point.id)") { database in
            try Register(database).change(changed, by: person, reason: reason, at: now)
        }
    }

    /// Every meter that a service point was known to have, the present one included.
    public func meterNames() async throws(StoreError) -> [Meter.ID: ServicePoint.ID] {
        try await read("read the names of meters") { database in
            let sql = """
                SELECT m.id, p.id FROM meter_exchange e JOIN service_point p ON p.key = e.point_key
                JOIN meter m ON m.key IN (e.old_meter_key, e.new_meter_key)
                UNION ALL SELECT m.id, p.id FROM service_point p JOIN meter m ON m.key = p.meter_key
                """
            return try Row.fetchAll(database, sql: sql).reduce(into: [:]) { names, row in
                names[Meter.ID(row[0])] = ServicePoint.ID(row[1])
            }
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
            try Register(database).registered(id)
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
        SELECT p.id, p.calibre_mm, p.use_class, p.area, coalesce(
                   (SELECT e.kind = 'vacant' FROM event e JOIN event_revision r ON r.event_key = e.key
                    WHERE e.point_key = p.key AND e.kind IN ('vacant', 'occupied') AND r.is_withdrawn = 0
                        AND r.revision = (SELECT max(n.revision) FROM event_revision n WHERE n.event_key = e.key)
                    ORDER BY e.at_utc DESC, e.kind DESC LIMIT 1), p.is_vacant),
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

    /// Adds what is not known; what is known stays as it is.
    func add(_ registered: RegisteredPoint) throws {
        let meterKey = try add(registered.meter)
        let point = registered.point
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO service_point (id, calibre_mm, use_class, area, is_vacant, meter_key)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """
        )
        try statement.execute(arguments: [
            point.id.rawValue, point.calibre.millimetres, point.useClass.name, point.area, point.isVacant,
            meterKey,
        ])
    }

    private func add(_ meter: Meter) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO meter (id, dial_capacity_ml, dial_resolution_ml, verified_until_month, is_billable)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """
        )
        try statement.execute(arguments: [
            meter.id.rawValue, meter.dial.capacity.millilitres, meter.dial.resolution.millilitres,
            meter.verifiedUntil?.description, meter.isBillable,
        ])
        let find = try database.cachedStatement(sql: "SELECT key FROM meter WHERE id = ?")
        guard let key = try Int64.fetchOne(find, arguments: [meter.id.rawValue]) else {
            throw StoreError(.failed, "SQLite gave meter \(meter.id) no key")
        }
        return key
    }

    func registered(_ id: ServicePoint.ID) throws -> RegisteredPoint? {
        let statement = try database.cachedStatement(sql: Register.selection + " WHERE p.id = ?")
        return try Row.fetchOne(statement, arguments: [id.rawValue]).map(Register.point)
    }

    func differences(from points: [RegisteredPoint]) throws -> [RegisterDifference] {
        try points.flatMap { named in
            guard let known = try registered(named.point.id) else { return [RegisterDifference]() }
            return known.differences(from: named)
        }
    }

    func change(
        _ changed: RegisteredPoint,
        by person: String,
        reason: String,
        at now: Instant
    ) throws -> [RegisterKey] {
        let key = try requiredPointKey(changed.point.id)
        guard let known = try registered(changed.point.id), known.meter.id == changed.meter.id,
            !reason.isEmpty
        else { throw StoreError(.failed, "a change needs a reason, and the meter that hangs there") }
        let differences = known.differences(from: changed).filter { $0.key != .vacant }
        guard !differences.isEmpty else { return [] }
        try write(changed, at: key)
        let isReadAnew = differences.contains { [.calibre, .dial].contains($0.key) }
        try ArrivalMark.touch(key, from: isReadAnew ? try firstReading(key) ?? now : now, in: database)
        for difference in differences {
            try database.insert(
                AuditEntry(
                    at: now,
                    person: person,
                    action: "register_set",
                    subject: changed.point.id.rawValue,
                    detail:
                        "\(difference.key.rawValue) from '\(difference.register)' to '\(difference.file)': \(reason)"
                )
            )
        }
        return differences.map(\.key)
    }

    private func firstReading(_ point: Int64) throws -> Instant? {
        try ReadingQuery(database, point: point).first().map { Instant(secondsSince1970: $0.at) }
    }

    private func write(_ changed: RegisteredPoint, at key: Int64) throws {
        try database.execute(
            sql: "UPDATE service_point SET calibre_mm = ?, use_class = ?, area = ? WHERE key = ?",
            arguments: [
                changed.point.calibre.millimetres, changed.point.useClass.name, changed.point.area, key,
            ]
        )
        let meter = changed.meter
        try database.execute(
            sql: """
                UPDATE meter SET dial_capacity_ml = ?, dial_resolution_ml = ?, verified_until_month = ?, is_billable = ?
                WHERE id = ?
                """,
            arguments: [
                meter.dial.capacity.millilitres, meter.dial.resolution.millilitres,
                meter.verifiedUntil?.description, meter.isBillable, meter.id.rawValue,
            ]
        )
    }
}
