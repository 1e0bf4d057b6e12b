internal import FoundationEssentials
internal import GRDB
public import Metering

extension MeterStore {
    /// What a reading was made from, as it arrived; nil when the reading is not stored.
    ///
    /// For an imported reading it is the batch of rows in which its own row stands.
    public func capture(of reading: Reading) async throws(StoreError) -> Capture? {
        try await read("read the capture of a reading of \(reading.point)") { database in
            let sql = """
                SELECT w.id, c.source, c.record_key, c.asked_utc, c.answered_utc, c.own_utc, c.delivered_utc,
                    c.request_bytes, c.bytes
                FROM reading r
                JOIN service_point p ON p.key = r.point_key
                JOIN capture c ON c.key = r.capture_key
                JOIN path w ON w.key = c.path_key
                WHERE p.id = ? AND r.at_utc = ? AND r.revision = ?
                """
            let arguments: StatementArguments = [
                reading.point.rawValue, reading.at.secondsSince1970, reading.revision,
            ]
            return try Row.fetchOne(database, sql: sql, arguments: arguments).map { Capture($0) }
        }
    }
}

extension Capture {
    /// The capture of one record; nil where it was never stored.
    static func fetch(_ database: Database, path: Path.ID, key: String) throws -> Capture? {
        let sql = """
            SELECT w.id, c.source, c.record_key, c.asked_utc, c.answered_utc, c.own_utc, c.delivered_utc,
                c.request_bytes, c.bytes
            FROM capture c JOIN path w ON w.key = c.path_key
            WHERE w.id = ? AND c.record_key = ?
            """
        return try Row.fetchOne(database, sql: sql, arguments: [path.rawValue, key]).map { Capture($0) }
    }

    fileprivate init(_ row: Row) {
        let own: Int64? = row[5]
        let request: Data = row[7]
        let bytes: Data = row[8]
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
            bytes: [UInt8](bytes)
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
