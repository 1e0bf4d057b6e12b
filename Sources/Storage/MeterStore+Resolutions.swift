internal import GRDB
public import Metering

/// A resolution as the store holds it.
public struct StoredResolution: Hashable, Sendable {
    /// Its number, by which it is undone.
    public let number: Int64
    public let point: ServicePoint.ID
    public let from: Instant
    public let to: Instant
    /// `exchange`, `correction` or `invalid`.
    public let kind: String
    /// The instant of the exchange or of the corrected reading; nil for a stretch.
    public let at: Instant?
    public let by: String
    public let reason: String
    public let storedAt: Instant
    /// When it was taken back; nil while it counts.
    public let undoneAt: Instant?
}

extension MeterStore {
    /// Keeps what a person says of something unexplained, with its audit entries, in one transaction.
    ///
    /// An exchange is kept as an announced one; a correction as a higher revision of its reading, with a capture of its
    /// own; an invalid stretch as itself. Judgement sees each with its next turn.
    ///
    /// - Returns: the number by which it is undone.
    /// - Throws: `.notFound` when the point, or the reading of a correction, is not stored; `.failed` without a reason,
    ///   or where the exchange is known already.
    public func record(_ resolution: Resolution, at now: Instant) async throws(StoreError) -> Int64 {
        try await write("resolve at \(resolution.point)") { database in
            try ResolutionWriter(database, keys, now: now).record(resolution)
        }
    }

    /// Takes a resolution back, with its audit entries: what it said counts no more, and both stay on record.
    ///
    /// A corrected reading gets yet another revision, with the value that it had before.
    ///
    /// - Returns: the resolution as it was.
    /// - Throws: `.notFound` when there is none of this number, `.failed` when it is undone already.
    @discardableResult
    public func undoResolution(
        _ number: Int64,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) -> StoredResolution {
        try await write("undo resolution \(number)") { database in
            try ResolutionWriter(database, keys, now: now).undo(number, by: person, reason: reason)
        }
    }

    /// The resolutions of a point, the oldest first.
    ///
    /// - Parameters:
    ///   - point: a service point; nil for all.
    ///   - includingUndone: tell those too that count no more.
    /// - Returns: each with when it was undone.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func resolutions(
        of point: ServicePoint.ID? = nil,
        includingUndone: Bool = false
    ) async throws(StoreError) -> [StoredResolution] {
        try await read("read resolutions") { database in
            let sql =
                ResolutionWriter.selection + """
                     WHERE (?1 IS NULL OR p.id = ?1) AND (?2 OR u.stored_utc IS NULL) ORDER BY s.key
                    """
            return try Row.fetchAll(database, sql: sql, arguments: [point?.rawValue, includingUndone])
                .map { StoredResolution($0) }
        }
    }

    /// The stretches of a point in which no reading is evidence, in order of time.
    ///
    /// - Parameters:
    ///   - point: a service point.
    ///   - asOf: as it was known by then; nil for now.
    /// - Returns: what was declared and not undone; stretches may overlap.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func invalidSpans(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [Range<Instant>] {
        try await read("read invalid stretches of \(point)") { database in
            guard let key = try Register(database).pointKey(point) else { return [] }
            return try InvalidSpans.all(of: key, storedBy: asOf?.secondsSince1970 ?? .max, in: database)
        }
    }
}

/// Stretches of one point that a person declared invalid.
enum InvalidSpans {
    static func all(of point: Int64, storedBy: Int64, in database: Database) throws -> [Range<Instant>] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT s.from_utc, s.to_utc FROM resolution s
                WHERE s.point_key = ?1 AND s.kind = 'invalid' AND s.stored_utc <= ?2
                    AND NOT EXISTS (SELECT 1 FROM resolution_undo u
                        WHERE u.resolution_key = s.key AND u.stored_utc <= ?2)
                ORDER BY s.from_utc, s.to_utc
                """
        )
        return try Row.fetchAll(statement, arguments: [point, storedBy]).map { row in
            Instant(secondsSince1970: row[0])..<Instant(secondsSince1970: row[1])
        }
    }
}

extension StoredResolution {
    init(_ row: Row) {
        let (at, undone): (Int64?, Int64?) = (row[5], row[9])
        self.init(
            number: row[0],
            point: ServicePoint.ID(row[1]),
            from: Instant(secondsSince1970: row[2]),
            to: Instant(secondsSince1970: row[3]),
            kind: row[4],
            at: at.map { Instant(secondsSince1970: $0) },
            by: row[6],
            reason: row[7],
            storedAt: Instant(secondsSince1970: row[8]),
            undoneAt: undone.map { Instant(secondsSince1970: $0) }
        )
    }
}
