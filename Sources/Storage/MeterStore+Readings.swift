internal import GRDB
public import Metering

extension MeterStore {
    /// The readings of one point in order of time; of each instant the highest revision.
    ///
    /// - Parameters:
    ///   - point: a service point; one that is not registered has no readings.
    ///   - range: instants of measurement.
    ///   - includingBefore: begin with the last measured reading before the range that no person declared invalid, so
    ///     that usage from the range's start on can be told; whatever is no evidence between it and the range comes
    ///     with it.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: one reading an instant.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func readings(
        of point: ServicePoint.ID,
        in range: Range<Instant>,
        includingBefore: Bool = false,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [Reading] {
        try await read("read the readings of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            let query = ReadingQuery(database, point: point, key: key, storedBy: asOf)
            let start = includingBefore ? try query.lastEvidence(before: range.lowerBound) : nil
            return try query.readings(from: start ?? range.lowerBound, to: range.upperBound)
        }
    }

    /// The newest reading of a point by its time of measurement.
    public func lastReading(of point: ServicePoint.ID) async throws(StoreError) -> Reading? {
        try await read("read the last reading of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return nil }
            return try ReadingQuery(database, point: point, key: key).last()
        }
    }

    /// The oldest reading of a point by its time of measurement.
    public func firstReading(of point: ServicePoint.ID) async throws(StoreError) -> Reading? {
        try await read("read the first reading of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return nil }
            return try ReadingQuery(database, point: point, key: key).first()
        }
    }

    /// The newest reading of every point that has one.
    public func lastReadings() async throws(StoreError) -> [ServicePoint.ID: Reading] {
        try await read("read the last readings") { database in
            var readings: [ServicePoint.ID: Reading] = [:]
            let points = try Row.fetchCursor(database, sql: "SELECT key, id FROM service_point")
            while let row = try points.next() {
                let point = ServicePoint.ID(row[1])
                readings[point] = try ReadingQuery(database, point: point, key: row[0]).last()
            }
            return readings
        }
    }

    /// How many readings are stored, revisions included; reads the whole table.
    public func readingCount() async throws(StoreError) -> Int {
        try await read("count the readings") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM reading") ?? 0
        }
    }

    /// How many captures are stored; reads the whole table.
    public func captureCount() async throws(StoreError) -> Int {
        try await read("count the captures") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM capture") ?? 0
        }
    }
}

/// The readings of one point, as they were known at one time.
private struct ReadingQuery {
    let database: Database
    let point: ServicePoint.ID
    let key: Int64
    let storedBy: Int64

    init(_ database: Database, point: ServicePoint.ID, key: Int64, storedBy: Instant? = nil) {
        self.database = database
        self.point = point
        self.key = key
        self.storedBy = storedBy?.secondsSince1970 ?? .max
    }

    /// Reads in the order of the primary key, where the highest revision of an instant comes last.
    func readings(from: Instant, to: Instant) throws -> [Reading] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT at_utc, index_ml, quality, status_bits, revision FROM reading
                WHERE point_key = ? AND at_utc >= ? AND at_utc < ? AND stored_utc <= ?
                ORDER BY at_utc, revision
                """
        )
        let rows = try Row.fetchCursor(
            statement,
            arguments: [key, from.secondsSince1970, to.secondsSince1970, storedBy]
        )
        var readings: [Reading] = []
        while let row = try rows.next() {
            let reading = try decode(row)
            if readings.last?.at == reading.at { readings.removeLast() }
            readings.append(reading)
        }
        return readings
    }

    /// The last measured instant before `instant` that lies in no invalid stretch.
    func lastEvidence(before instant: Instant) throws -> Instant? {
        let holes = try InvalidSpans.all(of: key, storedBy: storedBy, in: database)
        var last = try lastMeasured(before: instant)
        while let found = last, let hole = holes.first(where: { $0.contains(found) }) {
            last = try lastMeasured(before: hole.lowerBound)
        }
        return last
    }

    /// The last instant before `instant` whose highest revision is measured.
    func lastMeasured(before instant: Instant) throws -> Instant? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT r.at_utc FROM reading r
                WHERE r.point_key = ?1 AND r.at_utc < ?2 AND r.quality = 0 AND r.stored_utc <= ?3
                    AND NOT EXISTS (
                        SELECT 1 FROM reading n WHERE n.point_key = r.point_key AND n.at_utc = r.at_utc
                            AND n.revision > r.revision AND n.stored_utc <= ?3)
                ORDER BY r.at_utc DESC LIMIT 1
                """
        )
        return try Int64.fetchOne(statement, arguments: [key, instant.secondsSince1970, storedBy])
            .map { Instant(secondsSince1970: $0) }
    }

    func last() throws -> Reading? {
        try one(orderedBy: "at_utc DESC, revision DESC")
    }

    func first() throws -> Reading? {
        guard let first = try one(orderedBy: "at_utc, revision") else { return nil }
        return try readings(from: first.at, to: first.at + 1).last
    }

    private func one(orderedBy order: String) throws -> Reading? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT at_utc, index_ml, quality, status_bits, revision FROM reading
                WHERE point_key = ? AND stored_utc <= ? ORDER BY \(order) LIMIT 1
                """
        )
        return try Row.fetchOne(statement, arguments: [key, storedBy]).map(decode)
    }

    private func decode(_ row: Row) throws -> Reading {
        guard let quality = ReadingQuality(rawValue: row[2]) else {
            throw StoreError(.damaged, "a reading of \(point) has a quality that no version wrote")
        }
        return Reading(
            point: point,
            at: Instant(secondsSince1970: row[0]),
            index: .millilitres(row[1]),
            quality: quality,
            status: MeterStatus(rawValue: row[3]),
            revision: row[4]
        )
    }
}
