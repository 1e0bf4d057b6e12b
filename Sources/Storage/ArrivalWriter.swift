internal import FoundationEssentials
internal import GRDB
internal import Metering

/// Writes arrivals inside one transaction, and remembers which points they touched.
struct ArrivalWriter {
    private let database: Database
    private let now: Instant
    private let register: Register
    private let insertReading: Statement
    private var pointKeys: [ServicePoint.ID: Int64] = [:]
    private var pathKeys: [Path.ID: Int64] = [:]
    private var touched: [Int64: Instant] = [:]

    init(_ database: Database, now: Instant) throws {
        self.database = database
        self.now = now
        register = Register(database)
        insertReading = try database.cachedStatement(
            sql: """
                INSERT INTO reading (point_key, at_utc, revision, index_ml, quality, status_bits, capture_key,
                    stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
        )
    }

    mutating func store(_ arrival: Arrival) throws -> ArrivalOutcome {
        let capture = arrival.capture
        let pathKey = try pathKey(capture.path)
        guard let captureKey = try insert(capture, pathKey: pathKey) else {
            return try compareWithStored(capture, pathKey: pathKey)
        }
        let record = Record(path: pathKey, key: capture.key)
        var tally = ReadingTally()
        for rejection in arrival.rejections {
            try quarantine(rejection, of: record)
            tally.quarantined += 1
        }
        for reading in arrival.readings {
            try store(reading, capture: captureKey, of: record, tally: &tally)
        }
        return .stored(tally)
    }

    /// Adds readings to a record that is stored already; its capture is kept where it is not.
    mutating func adopt(_ arrival: Arrival) throws -> ReadingTally {
        let pathKey = try pathKey(arrival.capture.path)
        let record = Record(path: pathKey, key: arrival.capture.key)
        let capture: Int64
        if let new = try insert(arrival.capture, pathKey: pathKey) {
            capture = new
        } else {
            let sql = "SELECT key FROM capture WHERE path_key = ? AND record_key = ?"
            capture = try Int64.fetchOne(database, sql: sql, arguments: [pathKey, record.key]) ?? 0
        }
        var tally = ReadingTally()
        for reading in arrival.readings {
            try store(reading, capture: capture, of: record, tally: &tally)
        }
        return tally
    }

    /// Tells judgement which points have something new, and from which instant on.
    mutating func markTouchedPoints() throws {
        for (point, earliest) in touched {
            try ArrivalMark.touch(point, from: earliest, in: database)
        }
        touched = [:]
    }

    mutating func advance(_ watermark: Watermark) throws {
        let key = try pathKey(watermark.path)
        try database.execute(
            sql: "UPDATE path SET watermark_utc = max(?, coalesce(watermark_utc, ?)) WHERE key = ?",
            arguments: [
                watermark.deliveredAt.secondsSince1970, watermark.deliveredAt.secondsSince1970, key,
            ]
        )
    }

    /// Puts aside what was not taken; the same thing seen again is counted, not repeated.
    func quarantine(_ rejection: Rejection, of record: Record, bytes: [UInt8]? = nil) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO quarantine (path_key, record_key, place, field, expected, found, bytes, stored_utc,
                    last_seen_utc)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                ON CONFLICT DO UPDATE SET seen_count = seen_count + 1, last_seen_utc = excluded.last_seen_utc
                """
        )
        try statement.execute(arguments: [
            record.path, record.key, rejection.place, rejection.field, rejection.expected, rejection.found,
            bytes.map { Data($0) }, now.secondsSince1970,
        ])
    }

    /// Which record of which path something belongs to.
    struct Record {
        let path: Int64
        let key: String
    }
}

// Captures.
extension ArrivalWriter {
    mutating func pathKey(_ id: Path.ID) throws -> Int64 {
        if let key = pathKeys[id] { return key }
        let key = try register.pathKey(id)
        pathKeys[id] = key
        return key
    }

    /// - Returns: the new capture's key, or nil when the path delivered this key before.
    private func insert(_ capture: Capture, pathKey: Int64) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO capture (path_key, record_key, source, asked_utc, answered_utc, own_utc, delivered_utc,
                    request_bytes, bytes, stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path_key, record_key) DO NOTHING
                """
        )
        let times = capture.times
        try statement.execute(arguments: [
            pathKey, capture.key, capture.source, times.asked.secondsSince1970,
            times.answered.secondsSince1970,
            times.own?.secondsSince1970, times.delivered.secondsSince1970, Data(capture.request),
            Data(capture.bytes), now.secondsSince1970,
        ])
        return database.changesCount == 0 ? nil : database.lastInsertedRowID
    }

    private func compareWithStored(_ capture: Capture, pathKey: Int64) throws -> ArrivalOutcome {
        let statement = try database.cachedStatement(
            sql: "SELECT bytes FROM capture WHERE path_key = ? AND record_key = ?"
        )
        let stored = try Data.fetchOne(statement, arguments: [pathKey, capture.key]) ?? Data()
        let new = Data(capture.bytes)
        guard new != stored else { return .duplicate }
        let rejection = Rejection(
            place: capture.key,
            field: "record",
            expected: "the \(stored.count) bytes stored under this key",
            found: "\(new.count) other bytes (\(Fingerprint(of: capture.bytes)))"
        )
        try quarantine(rejection, of: Record(path: pathKey, key: capture.key), bytes: capture.bytes)
        return .conflicting
    }
}

// Readings.
extension ArrivalWriter {
    private mutating func store(
        _ reading: Reading,
        capture: Int64,
        of record: Record,
        tally: inout ReadingTally
    ) throws {
        guard let point = try pointKey(reading.point) else {
            return try reject(
                reading,
                field: "service_point",
                expected: "a registered service point",
                found: reading.point.rawValue,
                record,
                &tally
            )
        }
        guard reading.index >= .zero else {
            return try reject(
                reading,
                field: "index_ml",
                expected: "0 or more",
                found: "\(reading.index.millilitres)",
                record,
                &tally
            )
        }
        guard reading.revision >= 1 else {
            return try reject(
                reading,
                field: "revision",
                expected: "1 or more",
                found: "\(reading.revision)",
                record,
                &tally
            )
        }
        try insertReading.execute(arguments: [
            point, reading.at.secondsSince1970, reading.revision, reading.index.millilitres,
            reading.quality.rawValue, reading.status.rawValue, capture, now.secondsSince1970,
        ])
        guard database.changesCount == 0 else {
            touched[point] = min(touched[point] ?? reading.at, reading.at)
            tally.stored += 1
            return
        }
        let stored = try storedIndex(of: reading, at: point)
        guard stored != reading.index.millilitres else {
            tally.duplicates += 1
            return
        }
        let expected =
            stored.map { "\($0), stored for this instant and revision" } ?? "a reading that can be stored"
        try reject(
            reading,
            field: "index_ml",
            expected: expected,
            found: "\(reading.index.millilitres)",
            record,
            &tally
        )
    }

    private func reject(
        _ reading: Reading,
        field: String,
        expected: String,
        found: String,
        _ record: Record,
        _ tally: inout ReadingTally
    ) throws {
        let place = "\(reading.point) \(reading.at) revision \(reading.revision)"
        let rejection = Rejection(place: place, field: field, expected: expected, found: found)
        try quarantine(rejection, of: record)
        tally.quarantined += 1
    }

    private func storedIndex(of reading: Reading, at point: Int64) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: "SELECT index_ml FROM reading WHERE point_key = ? AND at_utc = ? AND revision = ?"
        )
        return try Int64.fetchOne(
            statement,
            arguments: [point, reading.at.secondsSince1970, reading.revision]
        )
    }

    private mutating func pointKey(_ id: ServicePoint.ID) throws -> Int64? {
        if let key = pointKeys[id] { return key }
        let key = try register.pointKey(id)
        pointKeys[id] = key
        return key
    }
}
