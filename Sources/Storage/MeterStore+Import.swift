internal import FoundationEssentials
internal import GRDB
public import Metering

extension MeterStore {
    /// Keeps rows of a file, one capture a batch, in one transaction, under the rules of `store(_:advancing:at:)`.
    ///
    /// Of each point, the rows of a month that is over are sealed at once. A batch with the same lines and the same text
    /// as one that the path brought before changes nothing, so an import that was broken off is simply begun again.
    ///
    /// - Parameters:
    ///   - batches: in the file's order.
    ///   - points: what `ImportBatch.Row.point` counts in.
    ///   - rejections: the rows among them that were not understood; they go to quarantine with their text, so that a
    ///     person may have them taken after all.
    ///   - path: the path that the file stands for.
    ///   - file: the file's name, as a person should see it.
    ///   - now: the time of storing.
    /// - Returns: what became of the rows; those of a batch imported before count as duplicates.
    /// - Throws: `.full`, `.busy`, `.notFound` for a point that is not registered; then nothing of it is kept.
    public func importReadings(
        _ batches: [ImportBatch],
        of points: [ServicePoint.ID],
        rejections: [RejectedRow] = [],
        from path: Path.ID,
        file: String,
        at now: Instant
    ) async throws(StoreError) -> ReadingTally {
        try await write("import rows of \(file)") { database in
            var writer = try ImportWriter(database, keys, points: points, path: path, file: file, now: now)
            for batch in batches { try writer.add(batch) }
            try writer.store(batches)
            try writer.quarantine(rejections)
            return writer.tally
        }
    }
}

/// Writes rows of a file inside one transaction.
private struct ImportWriter {
    private(set) var tally = ReadingTally()
    private let database: Database
    private let file: String
    private let now: Instant
    private let path: Int64
    private let register: Register
    private let keys: PointKeys
    private let points: [ServicePoint.ID]
    /// Of each of them its key, once a row named it.
    private var pointKeys: [Int64?]
    private var arrivals: ArrivalWriter
    private var table: ReadingTable
    private let erased: ErasedBefore
    private var incoming: [(point: Int64, reading: StoredReading)] = []

    init(
        _ database: Database,
        _ keys: PointKeys,
        points: [ServicePoint.ID],
        path: Path.ID,
        file: String,
        now: Instant
    ) throws {
        self.database = database
        self.file = file
        self.now = now
        self.points = points
        self.keys = keys
        pointKeys = Array(repeating: nil, count: points.count)
        register = Register(database)
        self.path = try register.pathKey(path)
        arrivals = try ArrivalWriter(database, keys, now: now)
        table = try ReadingTable(database)
        erased = try ErasedBefore(database)
    }

    /// The key of the point in a place of the import's list.
    ///
    /// - Throws: `.notFound` where it is not registered.
    private mutating func key(_ place: Int) throws -> Int64 {
        if let key = pointKeys[place] { return key }
        guard let key = try keys.key(of: points[place], in: register) else {
            throw StoreError(.notFound, "no service point \(points[place]) is registered")
        }
        pointKeys[place] = key
        return key
    }

    mutating func add(_ batch: ImportBatch) throws {
        let refused =
            try erased.isEmpty
            ? [] : batch.rows.filter { try erased.covers($0.at, of: try key($0.point)) }
        // A text that tells of erased people is not kept; the batch is known by its key when it comes again.
        guard let capture = try insert(batch, withText: refused.isEmpty) else {
            tally.duplicates += batch.rows.count
            return
        }
        tally.refused += refused.count
        for (point, rows) in Dictionary(grouping: refused, by: \.point) {
            try ErasedBefore.countRefused(rows.count, of: try key(point), in: database)
        }
        for row in batch.rows {
            let point = try key(row.point)
            guard try erased.isEmpty || !erased.covers(row.at, of: point) else { continue }
            incoming.append(
                (
                    point,
                    StoredReading(
                        at: row.at.secondsSince1970,
                        revision: 1,
                        index: row.index.millilitres,
                        quality: Int64(row.quality.rawValue),
                        status: 0,
                        capture: capture,
                        stored: now.secondsSince1970
                    )
                )
            )
        }
    }

    /// - Returns: the new capture's key; nil when the path brought this batch before.
    private func insert(_ batch: ImportBatch, withText: Bool) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO capture (path_key, record_key, source, asked_utc, answered_utc, delivered_utc, request_bytes,
                    bytes, stored_utc, packing, length)
                VALUES (?1, ?2, ?3, ?4, ?4, ?4, x'', ?5, ?4, ?6, ?7) ON CONFLICT (path_key, record_key) DO NOTHING
                """
        )
        let (first, last) = (batch.lines.lowerBound, batch.lines.upperBound)
        try statement.execute(arguments: [
            path, "\(file):\(first)-\(last) \(batch.fingerprint)", file, now.secondsSince1970,
            withText ? Data(batch.bytes) : Data(),
            withText && batch.isPacked ? 1 : 0, withText && batch.isPacked ? batch.length : nil,
        ])
        return database.changesCount == 0 ? nil : database.lastInsertedRowID
    }

    /// Stores what was added, point by point and month by month.
    mutating func store(_ batches: [ImportBatch]) throws {
        sort()
        var start = 0
        while start < incoming.count {
            let point = incoming[start].point
            let month = SealedMonth(containing: incoming[start].reading.at)
            let end = month.span?.upperBound ?? .max
            var stop = start + 1
            while stop < incoming.count, incoming[stop].point == point, incoming[stop].reading.at < end {
                stop += 1
            }
            let readings = incoming[start..<stop].map(\.reading)
            let isOver = month.span != nil && end <= now.secondsSince1970
            if isOver, readings.count >= Sealer.fewestReadings {
                try seal(readings, of: month, at: point, batches)
            } else {
                try insert(readings, at: point, batches)
            }
            start = stop
        }
    }

    /// By point and instant; rows of one instant stay in the file's order.
    private mutating func sort() {
        func comesBefore(
            _ a: (point: Int64, reading: StoredReading),
            _ b: (point: Int64, reading: StoredReading)
        ) -> Bool {
            a.point != b.point ? a.point < b.point : a.reading.at < b.reading.at
        }
        let isSorted = incoming.indices.dropFirst().allSatisfy {
            !comesBefore(incoming[$0], incoming[$0 - 1])
        }
        if !isSorted { incoming.sort(by: comesBefore) }
    }

    private mutating func seal(
        _ readings: [StoredReading],
        of month: SealedMonth,
        at point: Int64,
        _ batches: [ImportBatch]
    ) throws {
        let outcome = try Sealer(database).seal(readings, month: month, at: point, by: .first)
        tally.stored += outcome.stored
        tally.duplicates += outcome.duplicates
        for (reading, stored) in outcome.contradictions { try reject(reading, stored, at: point, batches) }
        if outcome.stored > 0, let first = readings.first {
            try ArrivalMark.touch(point, from: Instant(secondsSince1970: first.at), in: database)
        }
    }

    private mutating func insert(_ readings: [StoredReading], at point: Int64, _ batches: [ImportBatch])
        throws
    {
        var earliest: Int64?
        for reading in readings {
            switch try table.insert(reading, at: point) {
            case .stored:
                tally.stored += 1
                earliest = earliest ?? reading.at
            case .duplicate: tally.duplicates += 1
            case .contradicts(let stored): try reject(reading, stored, at: point, batches)
            }
        }
        if let earliest {
            try ArrivalMark.touch(point, from: Instant(secondsSince1970: earliest), in: database)
        }
    }

    private mutating func reject(
        _ reading: StoredReading,
        _ stored: Int64,
        at point: Int64,
        _ batches: [ImportBatch]
    ) throws {
        let line = batches.lazy.flatMap(\.rows).first { row in
            pointKeys[row.point] == point && row.at.secondsSince1970 == reading.at
                && row.index.millilitres == reading.index
        }?.line
        let rejection = Rejection(
            place: "\(file):\(line ?? 0)",
            field: "index_l",
            expected: "\(Volume.millilitres(stored)), stored for this instant and revision",
            found: "\(Volume.millilitres(reading.index))"
        )
        try quarantine([RejectedRow(rejection)])
    }

    mutating func quarantine(_ rejections: [RejectedRow]) throws {
        let record = ArrivalWriter.Record(path: path, key: file)
        for row in rejections { try arrivals.quarantine(row.rejection, of: record, bytes: row.text) }
        tally.quarantined += rejections.count
    }
}
