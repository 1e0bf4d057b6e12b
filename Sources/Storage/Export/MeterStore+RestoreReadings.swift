internal import GRDB
public import Metering

extension MeterStore {
    /// Keeps readings of a full export as they were: with revision, way, origin and when they were stored.
    ///
    /// Only into a store in which nothing has arrived but full exports: elsewhere readings stored in the past would change
    /// what the store says it knew then. Captures come without their bytes, which exports do not carry; a record that is
    /// delivered again is known all the same.
    ///
    /// - Parameters:
    ///   - readings: of registered points.
    ///   - rejections: rows among them that were not understood; they go to quarantine.
    ///   - file: where they are from.
    ///   - now: the time of the import, for what goes to quarantine.
    /// - Returns: what became of the readings; the same ones again are duplicates.
    /// - Throws: `.conflicting` where something else has arrived, `.notFound` for a point that is not registered; then
    ///   nothing of it is kept.
    public func restoreReadings(
        _ readings: [ExportedReading],
        rejections: [RejectedRow] = [],
        file: String,
        at now: Instant
    ) async throws(StoreError) -> ReadingTally {
        try await write("restore readings of \(file)") { database in
            var writer = try RestoreWriter(database, keys, now: now)
            try writer.store(readings)
            try writer.quarantine(rejections, of: file)
            return writer.tally
        }
    }
}

/// Writes readings of a full export inside one transaction.
private struct RestoreWriter {
    private(set) var tally = ReadingTally()
    private let database: Database
    private let now: Instant
    private let erased: ErasedBefore
    private var arrivals: ArrivalWriter
    private var table: ReadingTable
    private var captures: [String: Int64] = [:]

    private struct Place: Hashable {
        let point: Int64
        let route: Route
        let month: SealedMonth
    }

    init(_ database: Database, _ keys: PointKeys, now: Instant) throws {
        self.database = database
        self.now = now
        erased = try ErasedBefore(database)
        arrivals = try ArrivalWriter(database, keys, now: now)
        table = try ReadingTable(database)
        let other = try Int.fetchOne(
            database,
            // What arrives has a higher key than all before, so that the first and the last tell of all.
            sql: """
                SELECT EXISTS (SELECT 1 FROM capture WHERE bytes_gone IS NOT 'export'
                    AND key IN ((SELECT min(key) FROM capture), (SELECT max(key) FROM capture)))
                """
        )
        guard other == 0 else {
            throw StoreError(
                .conflicting,
                "a full export goes into an empty store only, and something has arrived here"
            )
        }
    }

    mutating func store(_ readings: [ExportedReading]) throws {
        var months: [Place: [StoredReading]] = [:]
        let register = Register(database)
        for exported in readings {
            let reading = exported.reading
            let point = try register.requiredPointKey(reading.point)
            guard try !erased.covers(reading.at, of: point) else {
                tally.refused += 1
                try ErasedBefore.countRefused(1, of: point, in: database)
                continue
            }
            let stored = StoredReading(
                reading,
                capture: try capture(of: exported),
                at: exported.storedAt
            )
            let month = SealedMonth(containing: stored.at)
            months[Place(point: point, route: exported.route, month: month), default: []].append(stored)
        }
        for (place, readings) in months { try store(readings, place) }
    }

    private mutating func capture(of exported: ExportedReading) throws -> Int64 {
        let origin = exported.origin
        let name = "\(origin.path) \(origin.record)"
        if let key = captures[name] { return key }
        let path = try arrivals.pathKey(origin.path)
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO capture (path_key, record_key, source, asked_utc, answered_utc, own_utc, delivered_utc,
                    request_bytes, bytes, stored_utc, bytes_gone)
                VALUES (?, ?, ?, ?, ?, ?, ?, x'', x'', ?, 'export') ON CONFLICT (path_key, record_key) DO NOTHING
                """
        )
        try insert.execute(arguments: [
            path, origin.record, origin.source, origin.times.asked.secondsSince1970,
            origin.times.answered.secondsSince1970, origin.times.own?.secondsSince1970,
            origin.times.delivered.secondsSince1970, exported.storedAt.secondsSince1970,
        ])
        let find = try database.cachedStatement(
            sql: "SELECT key FROM capture WHERE path_key = ? AND record_key = ?"
        )
        guard let key = try Int64.fetchOne(find, arguments: [path, origin.record]) else {
            throw StoreError(.failed, "the capture \(name) can be neither stored nor found")
        }
        captures[name] = key
        return key
    }

    private mutating func store(_ readings: [StoredReading], _ place: Place) throws {
        let sorted = readings.sorted { $0.comesBefore($1) }
        let end = place.month.span?.upperBound ?? .max
        let before = tally.stored
        if end <= now.secondsSince1970, sorted.count >= Sealer.fewestReadings {
            let outcome = try Sealer(database).seal(
                sorted,
                month: place.month,
                at: place.point,
                by: place.route
            )
            tally.stored += outcome.stored
            tally.duplicates += outcome.duplicates
            for (reading, stored) in outcome.contradictions { try reject(reading, stored) }
        } else {
            for reading in sorted {
                switch try table.insert(reading, at: place.point, by: place.route) {
                case .stored: tally.stored += 1
                case .duplicate: tally.duplicates += 1
                case .contradicts(let stored): try reject(reading, stored)
                }
            }
        }
        guard tally.stored > before, let first = sorted.first else { return }
        try ArrivalMark.touch(place.point, from: Instant(secondsSince1970: first.at), in: database)
    }

    private mutating func reject(_ reading: StoredReading, _ stored: Int64) throws {
        let rejection = Rejection(
            place: "\(Instant(secondsSince1970: reading.at)) revision \(reading.revision)",
            field: "index_l",
            expected: "\(Volume.millilitres(stored)), stored for this instant and revision",
            found: "\(Volume.millilitres(reading.index))"
        )
        try quarantine([RejectedRow(rejection)], of: "full export")
    }

    mutating func quarantine(_ rejections: [RejectedRow], of file: String) throws {
        guard !rejections.isEmpty else { return }
        let record = ArrivalWriter.Record(path: try arrivals.pathKey(Path.ID("import")), key: file)
        for row in rejections { try arrivals.quarantine(row.rejection, of: record, bytes: row.text) }
        tally.quarantined += rejections.count
    }
}
