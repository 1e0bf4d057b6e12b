internal import FoundationEssentials
internal import GRDB
public import Metering

extension MeterStore {
    /// What a reading was made from, as it arrived; nil when the reading is not stored.
    ///
    /// For an imported reading it is the batch of rows in which its own row stands.
    ///
    /// - Throws: `.damaged` when what is stored can't be read.
    public func capture(of reading: Reading, by route: Route = .first) async throws(StoreError) -> Capture? {
        try await read("read the capture of a reading of \(reading.point)") { database in
            guard let point = try Register(database).pointKey(reading.point) else { return nil }
            let at = reading.at.secondsSince1970
            let stored = try ReadingQuery(database, point: point, route: route).all(in: at..<at + 1)
                .first { $0.revision == reading.revision }
            guard let stored else { return nil }
            let sql = Capture.selection + " WHERE c.key = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [stored.capture]).map { try Capture($0) }
        }
    }
}

extension Capture {
    /// What a capture's row has to say, joined with its path as `c` and `w`.
    static let selection = """
        SELECT w.id, c.source, c.record_key, c.asked_utc, c.answered_utc, c.own_utc, c.delivered_utc,
            c.request_bytes, c.bytes, c.packing, c.length
        FROM capture c JOIN path w ON w.key = c.path_key
        """

    /// The capture of one record; nil where it was never stored.
    static func fetch(_ database: Database, path: Path.ID, key: String) throws -> Capture? {
        let sql = selection + " WHERE w.id = ? AND c.record_key = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [path.rawValue, key]).map { try Capture($0) }
    }

    fileprivate init(_ row: Row) throws {
        let own: Int64? = row[5]
        let request: Data = row[7]
        let stored: Data = row[8]
        let isPacked: Bool = row[9]
        let bytes = isPacked ? try Packing.unpacked([UInt8](stored), length: row[10]) : [UInt8](stored)
        self.init(
            path: Path.ID(row[0]),
            source: row[1],
            key: row[2],
            times: CaptureTimes(
                asked: Instant(secondsSince1970: row[3]),
                answered: Instant(secondsSince1970: row[4]),
                own: own.map { Instant(secondsSince1970: $0) },
                delivered: Instant(secondsSince1970: row[6])
            ),
            request: [UInt8](request),
            bytes: bytes
        )
    }
}

extension MeterStore {
    /// When the newest capture was made durable; nil before the first.
    public func lastCommit() async throws(StoreError) -> Instant? {
        try await read("read the last capture") { database in
            try Int64.fetchOne(database, sql: "SELECT stored_utc FROM capture ORDER BY key DESC LIMIT 1")
                .map { Instant(secondsSince1970: $0) }
        }
    }
}
