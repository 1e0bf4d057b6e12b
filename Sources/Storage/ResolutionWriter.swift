internal import GRDB
internal import Metering

/// Writes resolutions and takes them back, inside one transaction.
struct ResolutionWriter {
    /// The path of readings that a person wrote.
    private static let path = Path.ID("resolution")

    private let database: Database
    private let keys: PointKeys
    private let now: Instant

    init(_ database: Database, _ keys: PointKeys, now: Instant) {
        self.database = database
        self.keys = keys
        self.now = now
    }

    static let selection = """
        SELECT s.key, p.id, s.from_utc, s.to_utc, s.kind, s.at_utc, s.recorded_by, s.reason, s.stored_utc, u.stored_utc
        FROM resolution s JOIN service_point p ON p.key = s.point_key
        LEFT JOIN resolution_undo u ON u.resolution_key = s.key
        """

    /// - Returns: its number.
    func record(_ resolution: Resolution) throws -> Int64 {
        let point = try Register(database).requiredPointKey(resolution.point)
        guard !resolution.reason.isEmpty else { throw StoreError(.failed, "a resolution needs a reason") }
        let at = try instant(of: resolution, point)
        let number = try insert(resolution, at: at, point)
        switch resolution.act {
        case .exchange(let exchange):
            guard try ExchangeWriter(database, now: now).record(exchange, by: resolution.by) else {
                throw StoreError(.failed, "the exchange at \(exchange.at) is known already")
            }
        case .correction(let index):
            let key = "\(number)"
            try revise(resolution.point, at: at ?? resolution.from, to: index, key: key, by: resolution.by)
        case .invalid: break
        }
        try ArrivalMark.touch(point, from: resolution.from, in: database)
        let span = "from \(resolution.from) to \(resolution.to)"
        let detail = "\(number): \(resolution.act.word) \(span): \(resolution.reason)"
        try audit(resolution.by, "resolve", resolution.point, detail)
        return number
    }

    private func insert(_ resolution: Resolution, at instant: Instant?, _ point: Int64) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO resolution (point_key, kind, from_utc, to_utc, at_utc, recorded_by, reason, stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                point, resolution.act.word, resolution.from.secondsSince1970, resolution.to.secondsSince1970,
                instant?.secondsSince1970, resolution.by, resolution.reason, now.secondsSince1970,
            ]
        )
        return database.lastInsertedRowID
    }

    func undo(_ number: Int64, by person: String, reason: String) throws -> StoredResolution {
        let sql = ResolutionWriter.selection + " WHERE s.key = ?"
        guard
            let resolution = try Row.fetchOne(database, sql: sql, arguments: [number]).map(
                StoredResolution.init
            )
        else { throw StoreError(.notFound, "there is no resolution \(number)") }
        guard resolution.undoneAt == nil else {
            throw StoreError(.failed, "resolution \(number) is undone already")
        }
        guard !reason.isEmpty else { throw StoreError(.failed, "to undo needs a reason") }
        try database.execute(
            sql:
                "INSERT INTO resolution_undo (resolution_key, recorded_by, reason, stored_utc) VALUES (?, ?, ?, ?)",
            arguments: [number, person, reason, now.secondsSince1970]
        )
        try takeBack(resolution, by: person, reason: reason)
        let point = try Register(database).requiredPointKey(resolution.point)
        try ArrivalMark.touch(point, from: resolution.from, in: database)
        try audit(person, "undo_resolution", resolution.point, "\(number): \(resolution.kind): \(reason)")
        return resolution
    }

    private func takeBack(_ resolution: StoredResolution, by person: String, reason: String) throws {
        guard let at = resolution.at else { return }
        guard resolution.kind == "correction" else {
            return try ExchangeWriter(database, now: now)
                .withdraw(at: at, of: resolution.point, by: person, reason: reason)
        }
        let point = try Register(database).requiredPointKey(resolution.point)
        let path = try Register(database).pathKey(ResolutionWriter.path)
        let correction = try Int64.fetchOne(
            database,
            sql: "SELECT key FROM capture WHERE path_key = ? AND record_key = ?",
            arguments: [path, "\(resolution.number)"]
        )
        // The value before is the newest one below the revision that the correction made.
        let revisions = try ReadingQuery(database, point: point).all(
            in: at.secondsSince1970..<at.secondsSince1970 + 1
        )
        let before = revisions.prefix { $0.capture != correction }.last
        guard let before, revisions.contains(where: { $0.capture == correction }),
            let quality = ReadingQuality(rawValue: Int(before.quality))
        else {
            throw StoreError(.damaged, "the reading before resolution \(resolution.number) is gone")
        }
        try revise(
            resolution.point,
            at: at,
            to: .millilitres(before.index),
            quality,
            key: "\(resolution.number) undone",
            by: person
        )
    }

    /// The instant that a resolution turns on: of the exchange, or of the one reading in its stretch.
    private func instant(of resolution: Resolution, _ point: Int64) throws -> Instant? {
        switch resolution.act {
        case .exchange(let exchange): return exchange.at
        case .invalid: return nil
        case .correction:
            let span = resolution.from.secondsSince1970..<resolution.to.secondsSince1970
            let instants = try ReadingQuery(database, point: point).newest(in: span).map(\.at)
            guard instants.count == 1 else {
                throw StoreError(
                    .notFound,
                    "expected one reading of \(resolution.point) from \(resolution.from) to before \(resolution.to), "
                        + "found \(instants.isEmpty ? "none" : "several")"
                )
            }
            return Instant(secondsSince1970: instants[0])
        }
    }

    /// A higher revision of a reading, with a capture of its own that says who wrote it.
    private func revise(
        _ point: ServicePoint.ID,
        at instant: Instant,
        to index: Volume,
        _ quality: ReadingQuality = .measured,
        key: String,
        by person: String
    ) throws {
        let newest = try newest(of: point, at: instant)
        let reading = Reading(
            point: point,
            at: instant,
            index: index,
            quality: quality,
            status: newest.status,
            revision: newest.revision + 1
        )
        let capture = Capture(
            path: ResolutionWriter.path,
            source: person,
            key: key,
            times: CaptureTimes(asked: now, answered: now, own: instant),
            bytes: Array("\(point) \(instant) \(index.millilitres) mL".utf8)
        )
        var writer = try ArrivalWriter(database, keys, now: now)
        let outcome = try writer.store(Arrival(capture: capture, readings: [reading]))
        guard outcome == .stored(ReadingTally(stored: 1)) else {
            throw StoreError(.failed, "the reading of \(point) at \(instant) could not be revised")
        }
        try writer.markTouchedPoints()
    }

    private func newest(of id: ServicePoint.ID, at instant: Instant) throws -> (
        revision: Int, status: MeterStatus
    ) {
        let point = try Register(database).requiredPointKey(id)
        let at = instant.secondsSince1970
        guard let newest = try ReadingQuery(database, point: point).newest(in: at..<at + 1).last else {
            throw StoreError(.notFound, "no reading of \(id) at \(instant) is stored")
        }
        return (Int(newest.revision), MeterStatus(rawValue: newest.status))
    }

    private func audit(_ person: String, _ action: String, _ point: ServicePoint.ID, _ detail: String) throws
    {
        try database.insert(
            AuditEntry(at: now, person: person, action: action, subject: point.rawValue, detail: detail)
        )
    }
}
