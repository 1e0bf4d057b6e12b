internal import FoundationEssentials
internal import GRDB
internal import Metering

/// Writes arrivals inside one transaction, and remembers which points they touched.
struct ArrivalWriter {
    private let database: Database
    private let now: Instant
    private let register: Register
    private var table: ReadingTable
    private let insertCapture: HotStatement
    private let keys: PointKeys
    private var pathKeys: [Path.ID: Int64] = [:]
    private var touched: [Int64: Instant] = [:]
    private let erased: ErasedBefore

    init(_ database: Database, _ keys: PointKeys, now: Instant) throws {
        self.database = database
        self.keys = keys
        self.now = now
        register = Register(database)
        table = try ReadingTable(database)
        erased = try ErasedBefore(database)
        insertCapture = try HotStatement(
            database,
            """
            INSERT INTO capture (path_key, record_key, source, asked_utc, answered_utc, own_utc, delivered_utc,
                request_bytes, bytes, stored_utc)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path_key, record_key) DO NOTHING
            """
        )
    }

    mutating func store(_ arrival: Arrival) throws -> ArrivalOutcome {
        try store([arrival])[0]
    }

    /// Captures first, then readings: each table is written in one go, so that a large batch needs few pages at once.
    mutating func store(_ arrivals: [Arrival]) throws -> [ArrivalOutcome] {
        let kept = try arrivals.map { try keep($0) }
        return try kept.map { kept in
            switch kept {
            case .known(let outcome): outcome
            case .new(let capture, let path, let arrival, let refused):
                .stored(try store(arrival, capture: capture, path: path, refused: refused))
            }
        }
    }

    /// What became of an arrival's capture.
    private enum Kept {
        case known(ArrivalOutcome)
        /// With its key, its path's key, what of the arrival may be stored, and how many readings may not.
        case new(capture: Int64, path: Int64, Arrival, refused: Int)
    }

    private mutating func keep(_ whole: Arrival) throws -> Kept {
        let (arrival, refused) = try withoutErased(whole)
        let path = try pathKey(arrival.capture.path)
        guard let capture = try insert(arrival.capture, pathKey: path) else {
            return .known(try compareWithStored(arrival.capture, pathKey: path))
        }
        return .new(capture: capture, path: path, arrival, refused: refused)
    }

    private mutating func store(_ arrival: Arrival, capture: Int64, path: Int64, refused: Int) throws
        -> ReadingTally
    {
        let record = Record(path: path, key: arrival.capture.key)
        var tally = ReadingTally.refused(refused)
        for rejection in arrival.rejections {
            try quarantine(rejection, of: record)
            tally.quarantined += 1
        }
        for (route, reading) in arrival.ways {
            try store(reading, by: route, capture: capture, of: record, tally: &tally)
        }
        return tally
    }

    /// Adds readings to a record that is stored already; its capture is kept where it is not.
    mutating func adopt(_ whole: Arrival) throws -> ReadingTally {
        let (arrival, refused) = try withoutErased(whole)
        let pathKey = try pathKey(arrival.capture.path)
        let record = Record(path: pathKey, key: arrival.capture.key)
        let capture: Int64
        if let new = try insert(arrival.capture, pathKey: pathKey) {
            capture = new
        } else {
            let sql = "SELECT key FROM capture WHERE path_key = ? AND record_key = ?"
            guard let known = try Int64.fetchOne(database, sql: sql, arguments: [pathKey, record.key]) else {
                throw StoreError(.failed, "the capture \(record.key) can be neither stored nor found")
            }
            capture = known
        }
        var tally = ReadingTally.refused(refused)
        for (route, reading) in arrival.ways {
            try store(reading, by: route, capture: capture, of: record, tally: &tally)
        }
        return tally
    }

    /// Tells judgement which points have something new, and from which instant on.
    mutating func markTouchedPoints() throws {
        let mark = try HotStatement(database, ArrivalMark.touching)
        for (point, earliest) in touched.sorted(by: { $0.key < $1.key }) {
            mark.bind(point, at: 1)
            mark.bind(earliest.secondsSince1970, at: 2)
            _ = try mark.run()
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
        let times = capture.times
        insertCapture.bind(pathKey, at: 1)
        insertCapture.bind(capture.key, at: 2)
        insertCapture.bind(capture.source, at: 3)
        insertCapture.bind(times.asked.secondsSince1970, at: 4)
        insertCapture.bind(times.answered.secondsSince1970, at: 5)
        insertCapture.bind(times.own?.secondsSince1970, at: 6)
        insertCapture.bind(times.delivered.secondsSince1970, at: 7)
        insertCapture.bind(capture.request, at: 8)
        insertCapture.bind(capture.bytes, at: 9)
        insertCapture.bind(now.secondsSince1970, at: 10)
        return try insertCapture.run() == 0 ? nil : database.lastInsertedRowID
    }

    private func compareWithStored(_ capture: Capture, pathKey: Int64) throws -> ArrivalOutcome {
        let statement = try database.cachedStatement(
            sql: "SELECT bytes FROM capture WHERE path_key = ? AND record_key = ?"
        )
        let stored = try Data.fetchOne(statement, arguments: [pathKey, capture.key]) ?? Data()
        let new = Data(capture.bytes)
        // No bytes: they were erased, and are not wanted again.
        guard new != stored, !stored.isEmpty, !new.isEmpty else { return .duplicate }
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

// What was erased does not come back.
extension ArrivalWriter {
    /// An arrival without its readings inside erased spans, which are counted there, and then without its bytes.
    ///
    /// What was rejected goes too where the arrival is of one point, since its words may tell of the people; in a file of
    /// many points it is told of others, and stays.
    ///
    /// - Returns: what may be stored, and how many readings were refused.
    private mutating func withoutErased(_ arrival: Arrival) throws -> (Arrival, refused: Int) {
        guard !erased.isEmpty else { return (arrival, 0) }
        let all = arrival.readings + arrival.second
        let erased = try all.filter { try isErased($0) }
        guard !erased.isEmpty else { return (arrival, 0) }
        let refused = Dictionary(grouping: erased, by: \.point)
        for (id, readings) in refused {
            guard let point = try keys.key(of: id, in: register) else { continue }
            try ErasedBefore.countRefused(readings.count, of: point, in: database)
        }
        let bare = Capture(
            path: arrival.capture.path,
            source: arrival.capture.source,
            key: arrival.capture.key,
            times: arrival.capture.times,
            bytes: []
        )
        let isOfMany = Set(all.map(\.point)).count > 1
        return (
            Arrival(
                capture: bare,
                readings: try arrival.readings.filter { try !isErased($0) },
                second: try arrival.second.filter { try !isErased($0) },
                rejections: isOfMany ? arrival.rejections : []
            ),
            erased.count
        )
    }

    func isErased(_ reading: Reading) throws -> Bool {
        guard !erased.isEmpty, let point = try keys.key(of: reading.point, in: register) else { return false }
        return try erased.covers(reading.at, of: point)
    }
}

// Readings.
extension ArrivalWriter {
    private mutating func store(
        _ reading: Reading,
        by route: Route,
        capture: Int64,
        of record: Record,
        tally: inout ReadingTally
    ) throws {
        guard let point = try keys.key(of: reading.point, in: register) else {
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
        let stored = StoredReading(reading, capture: capture, at: now)
        switch try table.insert(stored, at: point, by: route) {
        case .stored:
            touched[point] = min(touched[point] ?? reading.at, reading.at)
            tally.stored += 1
        case .duplicate:
            tally.duplicates += 1
        case .contradicts(let index):
            try reject(
                reading,
                field: "index_ml",
                expected: "\(index), stored for this instant and revision",
                found: "\(reading.index.millilitres)",
                record,
                &tally
            )
        }
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
}
