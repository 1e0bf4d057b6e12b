internal import GRDB
public import Metering

extension MeterStore {
    /// Keeps an announced meter exchange with its audit entry, in one transaction.
    ///
    /// The point's current meter becomes the new one, unless a later exchange is known; a meter that is not registered
    /// takes over the old one's dial. The point counts as unjudged from the exchange on. Announced again unchanged, it
    /// changes nothing; announced again with other values, the new ones count and the old ones stay.
    ///
    /// - Returns: whether anything was new.
    /// - Throws: `.notFound` when the point is not registered.
    @discardableResult
    public func record(
        _ exchange: MeterExchange,
        by person: String,
        at now: Instant
    ) async throws(StoreError) -> Bool {
        try await write("record an exchange at \(exchange.point)") { database in
            try ExchangeWriter(database, now: now).record(exchange, by: person)
        }
    }

    /// The announced exchanges of a point in order of time, each as it was last announced.
    ///
    /// - Parameters:
    ///   - point: a service point; one that is not registered has none.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: one exchange an instant.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func exchanges(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [MeterExchange] {
        try await read("read the exchanges of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            let storedBy = asOf?.secondsSince1970 ?? .max
            return try ExchangeRow.all(of: key, storedBy: storedBy, in: database)
                .filter { !$0.isWithdrawn }.map { $0.value(at: point) }
        }
    }
}

extension MeterStore {
    /// The same without those whose indexes were erased with the use of the people before.
    public func knownExchanges(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [MeterExchange] {
        try await read("read the exchanges of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            return try ExchangeRow.all(of: key, storedBy: asOf?.secondsSince1970 ?? .max, in: database)
                .filter { !$0.isWithdrawn && !$0.isErased }.map { $0.value(at: point) }
        }
    }
}

/// Writes exchanges inside one transaction.
struct ExchangeWriter {
    private let database: Database
    private let now: Instant

    init(_ database: Database, now: Instant) {
        self.database = database
        self.now = now
    }

    /// - Returns: whether anything was new.
    func record(_ exchange: MeterExchange, by person: String) throws -> Bool {
        let register = Register(database)
        let point = try register.requiredPointKey(exchange.point)
        let known = try ExchangeRow.all(of: point, storedBy: .max, in: database)
        let earlier = known.last { $0.at == exchange.at }
        guard earlier?.value(at: exchange.point) != exchange || earlier?.isWithdrawn == true else {
            return false
        }
        // Of erased people it may be known that a meter was exchanged, and not what it showed.
        let isErased = try ErasedBefore(database).coversExchange(at: exchange.at, of: point)
        if isErased, earlier?.newMeter == exchange.newMeter, earlier?.isWithdrawn == false { return false }
        let new = try register.takeOverDial(from: point, to: exchange.newMeter)
        try database.execute(
            sql: """
                INSERT INTO meter_exchange (point_key, at_utc, revision, old_meter_key, new_meter_key, closing_ml,
                    opening_ml, recorded_by, stored_utc, is_erased)
                SELECT key, ?2, ?3, coalesce(?4, meter_key), ?5, ?6, ?7, ?8, ?9, ?10 FROM service_point WHERE key = ?1
                """,
            arguments: [
                point, exchange.at.secondsSince1970, (earlier?.revision ?? 0) + 1, earlier?.oldMeterKey,
                new,
                isErased ? 0 : exchange.closing.millilitres, isErased ? 0 : exchange.opening.millilitres,
                person, now.secondsSince1970, isErased,
            ]
        )
        if known.allSatisfy({ $0.at <= exchange.at || $0.isWithdrawn }) { try hang(new, at: point) }
        try ArrivalMark.touch(point, from: exchange.at, in: database)
        try database.insert(AuditEntry(exchange, isErased: isErased, by: person, at: now))
        return true
    }

    /// Takes an announcement back: the meter before it hangs there again, unless a later exchange is known.
    func withdraw(at instant: Instant, of id: ServicePoint.ID, by person: String, reason: String) throws {
        let point = try Register(database).requiredPointKey(id)
        let known = try ExchangeRow.all(of: point, storedBy: .max, in: database)
        guard let last = known.last(where: { $0.at == instant }), !last.isWithdrawn else {
            throw StoreError(.notFound, "no exchange at \(id) at \(instant) counts")
        }
        try database.execute(
            sql: """
                INSERT INTO meter_exchange (point_key, at_utc, revision, old_meter_key, new_meter_key, closing_ml,
                    opening_ml, recorded_by, stored_utc, is_withdrawn, is_erased)
                SELECT point_key, at_utc, revision + 1, old_meter_key, new_meter_key, closing_ml, opening_ml, ?, ?, 1,
                    is_erased
                FROM meter_exchange WHERE point_key = ? AND at_utc = ? AND revision = ?
                """,
            arguments: [
                person, now.secondsSince1970, point, instant.secondsSince1970, last.revision,
            ]
        )
        let others = known.filter { !$0.isWithdrawn && $0.at != instant }
        if others.allSatisfy({ $0.at < instant }) {
            try hang(others.last?.newMeterKey ?? last.oldMeterKey, at: point)
        }
        try ArrivalMark.touch(point, from: instant, in: database)
        try database.insert(
            AuditEntry(
                at: now,
                person: person,
                action: "withdraw_exchange",
                subject: id.rawValue,
                detail: "at \(instant): \(reason)"
            )
        )
    }

    private func hang(_ meter: Int64, at point: Int64) throws {
        try database.execute(
            sql: "UPDATE service_point SET meter_key = ? WHERE key = ?",
            arguments: [meter, point]
        )
    }
}

/// One exchange as its row has it.
private struct ExchangeRow {
    let at: Instant
    let revision: Int
    let oldMeterKey: Int64
    let closing: Volume
    let opening: Volume
    let newMeter: Meter.ID
    let newMeterKey: Int64
    /// Announced by mistake: it counts no more.
    let isWithdrawn: Bool
    /// Its indexes are not known any more.
    let isErased: Bool

    func value(at point: ServicePoint.ID) -> MeterExchange {
        MeterExchange(point: point, at: at, closing: closing, opening: opening, newMeter: newMeter)
    }

    /// In order of time, the highest revision of each.
    static func all(of point: Int64, storedBy: Int64, in database: Database) throws -> [ExchangeRow] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT e.at_utc, e.revision, e.old_meter_key, e.closing_ml, e.opening_ml, m.id,
                    m.key, e.is_withdrawn, e.is_erased
                FROM meter_exchange e JOIN meter m ON m.key = e.new_meter_key
                WHERE e.point_key = ? AND e.stored_utc <= ? ORDER BY e.at_utc, e.revision
                """
        )
        let rows = try Row.fetchAll(statement, arguments: [point, storedBy]).map { row in
            ExchangeRow(
                at: Instant(secondsSince1970: row[0]),
                revision: row[1],
                oldMeterKey: row[2],
                closing: .millilitres(row[3]),
                opening: .millilitres(row[4]),
                newMeter: Meter.ID(row[5]),
                newMeterKey: row[6],
                isWithdrawn: row[7],
                isErased: row[8]
            )
        }
        return rows.reduce(into: []) { newest, row in
            if newest.last?.at == row.at { newest.removeLast() }
            newest.append(row)
        }
    }
}

extension Register {
    /// The key of a meter, registered with the dial of the point's current one when it is unknown.
    fileprivate func takeOverDial(from point: Int64, to meter: Meter.ID) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO meter (id, dial_capacity_ml, dial_resolution_ml, is_billable)
                SELECT ?, m.dial_capacity_ml, m.dial_resolution_ml, m.is_billable
                FROM service_point p JOIN meter m ON m.key = p.meter_key WHERE p.key = ?
                ON CONFLICT (id) DO NOTHING
                """,
            arguments: [meter.rawValue, point]
        )
        let key = try Int64.fetchOne(
            database,
            sql: "SELECT key FROM meter WHERE id = ?",
            arguments: [meter.rawValue]
        )
        guard let key else { throw StoreError(.failed, "SQLite gave meter \(meter) no key") }
        return key
    }
}

extension AuditEntry {
    fileprivate init(_ exchange: MeterExchange, isErased: Bool, by person: String, at now: Instant) {
        self.init(
            at: now,
            person: person,
            action: "exchange",
            subject: exchange.point.rawValue,
            detail: isErased
                ? "erased"
                : "at \(exchange.at), closing \(exchange.closing), opening \(exchange.opening), new meter "
                    + exchange.newMeter.rawValue
        )
    }
}
