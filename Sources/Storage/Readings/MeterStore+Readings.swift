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
    ///   - route: which of the point's ways brought them.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: one reading an instant.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func readings(
        of point: ServicePoint.ID,
        in range: Range<Instant>,
        includingBefore: Bool = false,
        by route: Route = .first,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [Reading] {
        try await read("read the readings of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            let query = ReadingQuery(database, point: key, route: route, storedBy: asOf)
            let lower = range.lowerBound.secondsSince1970
            let start = includingBefore ? try query.lastEvidence(before: lower) : nil
            return try query.newest(in: (start ?? lower)..<range.upperBound.secondsSince1970)
                .map { try $0.value(at: point) }
        }
    }

    /// The newest reading of a point by its time of measurement.
    public func lastReading(of point: ServicePoint.ID, by route: Route = .first) async throws(StoreError)
        -> Reading?
    {
        try await read("read the last reading of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return nil }
            return try ReadingQuery(database, point: key, route: route).last()?.value(at: point)
        }
    }

    /// The oldest reading of a point by its time of measurement.
    public func firstReading(of point: ServicePoint.ID, by route: Route = .first) async throws(StoreError)
        -> Reading?
    {
        try await read("read the first reading of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return nil }
            return try ReadingQuery(database, point: key, route: route).first()?.value(at: point)
        }
    }

    /// The newest reading of every point that has one.
    public func lastReadings() async throws(StoreError) -> [ServicePoint.ID: Reading] {
        try await read("read the last readings") { database in
            let newest = try Int64.fetchOne(
                database,
                sql: "SELECT max(month_jst) FROM reading_block WHERE route = 1"
            )
            let sealedUntil = newest.flatMap { SealedMonth(number: $0).span?.upperBound } ?? .min
            let rows = try Row.fetchCursor(database, sql: MeterStore.lastRows)
            var readings: [ServicePoint.ID: Reading] = [:]
            while let row = try rows.next() {
                let point = ServicePoint.ID(row[1])
                let at: Int64? = row[2]
                // A row of the newest day beyond all sealed months is the newest; else it has to be looked for.
                let last =
                    if let at, at >= sealedUntil { StoredReading(row, from: 2) } else {
                        try ReadingQuery(database, point: row[0]).last()
                    }
                readings[point] = try last?.value(at: point)
            }
            return readings
        }
    }

    /// Every point with its newest row of the newest day, if it has one.
    private static let lastRows = """
        WITH newest AS MATERIALIZED (SELECT max(day_jst) AS day FROM reading)
        SELECT p.key, p.id, r.at_utc, r.revision, r.index_ml, r.quality, r.status_bits, r.capture_key, r.stored_utc
        FROM service_point p LEFT JOIN reading r ON r.day_jst = (SELECT day FROM newest) AND r.point_key = p.key
            AND r.at_utc = (SELECT max(at_utc) FROM reading
                WHERE day_jst = (SELECT day FROM newest) AND point_key = p.key)
        ORDER BY p.key, r.revision
        """

    /// How many readings are stored, revisions and both ways included; reads the whole tables.
    public func readingCount() async throws(StoreError) -> Int {
        try await read("count the readings") { database in
            let sql = """
                SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM second_reading)
                    + (SELECT coalesce(sum(readings), 0) FROM reading_block)
                """
            return try Int.fetchOne(database, sql: sql) ?? 0
        }
    }

    /// How many captures are stored; reads the whole table.
    public func captureCount() async throws(StoreError) -> Int {
        try await read("count the captures") { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM capture") ?? 0
        }
    }
}

extension StoredReading {
    /// The seven columns of a row, in the order of the properties, from a place on.
    fileprivate init(_ row: Row, from place: Int) {
        self.init(
            at: row[place],
            revision: row[place + 1],
            index: row[place + 2],
            quality: row[place + 3],
            status: row[place + 4],
            capture: row[place + 5],
            stored: row[place + 6]
        )
    }
}
