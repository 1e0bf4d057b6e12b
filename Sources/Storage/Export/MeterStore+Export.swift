internal import GRDB
public import Metering

/// A reading with where it came from and when it was stored.
public struct ExportedReading: Hashable, Sendable {
    public let reading: Reading
    public let route: Route
    public let storedAt: Instant
    public let origin: CaptureOrigin

    public init(reading: Reading, route: Route, storedAt: Instant, origin: CaptureOrigin) {
        self.reading = reading
        self.route = route
        self.storedAt = storedAt
        self.origin = origin
    }
}

/// A capture without its bytes: which record of which path, and its four times.
public struct CaptureOrigin: Hashable, Sendable {
    public let path: Path.ID
    public let source: String
    public let record: String
    public let times: CaptureTimes

    public init(path: Path.ID, source: String, record: String, times: CaptureTimes) {
        self.path = path
        self.source = source
        self.record = record
        self.times = times
    }
}

extension MeterStore {
    /// What is stored at this moment, as a number: readings that come later have a higher one.
    ///
    /// An export that is broken off and begun again reads up to the same number, so that it ends as if nothing had
    /// happened. A revision that people make meanwhile without a capture of its own (a dial set anew) is not held back.
    public func exportMark() async throws(StoreError) -> Int64 {
        try await read("read the newest capture") { database in
            try Int64.fetchOne(database, sql: "SELECT max(key) FROM capture") ?? 0
        }
    }

    /// The instants between which a point has readings by any of its ways; nil where it has none.
    public func readingSpan(of point: ServicePoint.ID) async throws(StoreError) -> ClosedRange<Instant>? {
        try await read("read the span of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return nil }
            var span: ClosedRange<Instant>?
            for route in Route.allCases {
                let query = ReadingQuery(database, point: key, route: route)
                guard let first = try query.first()?.at, let last = try query.last()?.at else { continue }
                let own = Instant(secondsSince1970: first)...Instant(secondsSince1970: last)
                span =
                    span.map {
                        min($0.lowerBound, own.lowerBound)...max($0.upperBound, own.upperBound)
                    } ?? own
            }
            return span
        }
    }

    /// Readings of one point with their origins, in order of instant and revision, the first way's before the second's.
    ///
    /// - Parameters:
    ///   - point: a service point; one that is not registered has none.
    ///   - range: instants of measurement; a month or so, since all of them are in memory at once.
    ///   - mark: of `exportMark`.
    ///   - allRevisions: every revision of both ways; else the highest ones of the first way.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: in millilitres, as stored; none where the point has none.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func exportedReadings(
        of point: ServicePoint.ID,
        in range: Range<Instant>,
        upTo mark: Int64,
        allRevisions: Bool,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [ExportedReading] {
        try await read("export the readings of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            var origins: [Int64: CaptureOrigin] = [:]
            return try Route.allCases.filter { allRevisions || $0 == .first }.flatMap { route in
                let span = range.lowerBound.secondsSince1970..<range.upperBound.secondsSince1970
                let stored = try ReadingQuery(database, point: key, route: route, storedBy: asOf)
                    .all(in: span).filter { $0.capture <= mark }
                return try stored.enumerated().filter { place, reading in
                    allRevisions || place + 1 == stored.count || stored[place + 1].at != reading.at
                }.map { _, reading in
                    let origin = try origins[reading.capture] ?? CaptureOrigin(reading.capture, in: database)
                    origins[reading.capture] = origin
                    return ExportedReading(
                        reading: try reading.value(at: point),
                        route: route,
                        storedAt: Instant(secondsSince1970: reading.stored),
                        origin: origin
                    )
                }
            }
        }
    }
}

extension CaptureOrigin {
    fileprivate init(_ key: Int64, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT w.id, c.source, c.record_key, c.asked_utc, c.answered_utc, c.own_utc, c.delivered_utc
                FROM capture c JOIN path w ON w.key = c.path_key WHERE c.key = ?
                """
        )
        guard let row = try Row.fetchOne(statement, arguments: [key]) else {
            throw StoreError(.damaged, "capture \(key) is missing")
        }
        let own: Int64? = row[5]
        self.init(
            path: Path.ID(row[0]),
            source: row[1],
            record: row[2],
            times: CaptureTimes(
                asked: Instant(secondsSince1970: row[3]),
                answered: Instant(secondsSince1970: row[4]),
                own: own.map { Instant(secondsSince1970: $0) },
                delivered: Instant(secondsSince1970: row[6])
            )
        )
    }
}
