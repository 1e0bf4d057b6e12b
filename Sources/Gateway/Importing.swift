import Decoding
public import Metering
public import Storage
import Synchronization

/// Takes readings and exchanges out of CSV files into the store, row by row: good rows in, bad ones aside.
public struct Importing: Sendable {
    private let pilot: Pilot
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        self.pilot = pilot
        self.store = store
    }

    /// The path that imported files stand for.
    static let path = Path.ID("import")

    /// What became of a file, or of what was read of it so far.
    public struct Outcome: Hashable, Sendable {
        /// How many bad rows are told one by one; all are in quarantine.
        public static let mostTold = 1_000

        public fileprivate(set) var tally = ReadingTally()
        /// Rows in which the meter answered without a value.
        public fileprivate(set) var empty = 0
        /// The bad rows with their reasons, the first thousand of them.
        public fileprivate(set) var rejections: [Rejection] = []
        /// How much of the file is stored.
        public fileprivate(set) var bytes: Int64 = 0
    }

    /// How many bytes of a file are read, understood and stored together.
    public static let pieceBytes = 2 * 1_024 * 1_024

    /// Imports a readings file (`meter_id,timestamp,index_l,status,received_at`) of any length, piece by piece.
    ///
    /// While one piece is stored, the next is read. An import that was broken off is begun again: what it stored is
    /// recognised by its lines and text.
    ///
    /// - Parameters:
    ///   - name: the file's name, for messages and provenance.
    ///   - now: the time of storing.
    ///   - next: the next bytes of the file; none at its end.
    ///   - progress: told after each piece.
    /// - Returns: what became of the rows. Importing the same file again stores nothing.
    /// - Throws: `StoreError` when the store can't be written; pieces kept before stay.
    public func readings(
        named name: String,
        at now: Instant,
        next: @escaping @Sendable () throws -> [UInt8],
        progress: @Sendable (Outcome) -> Void = { _ in }
    ) async throws -> Outcome {
        var outcome = Outcome()
        var reader = try await ImportReader(
            named: name,
            at: now,
            points: pilot.firstWaysByMeter(store),
            next: next
        )
        var piece = try reader.read()
        while let current = piece {
            let waiting = reader
            async let following = Importing.read(waiting)
            let tally = try await keep(current, of: name, at: now)
            outcome.add(current, tally)
            progress(outcome)
            (reader, piece) = try await following
        }
        return outcome
    }

    private func keep(_ piece: ImportReader.Piece, of name: String, at now: Instant) async throws(StoreError)
        -> ReadingTally
    {
        guard piece.restored.isEmpty else {
            return try await store.restoreReadings(
                piece.restored,
                rejections: piece.rejections,
                file: name,
                at: now
            )
        }
        return try await store.importReadings(
            piece.batches,
            of: piece.points,
            rejections: piece.rejections,
            from: Importing.path,
            file: name,
            at: now
        )
    }

    private static func read(_ reader: ImportReader) async throws -> (ImportReader, ImportReader.Piece?) {
        var reader = reader
        let piece = try reader.read()
        return (reader, piece)
    }

    /// Imports a readings file that is in memory as a whole.
    public func readings(_ bytes: [UInt8], named name: String, at now: Instant) async throws -> Outcome {
        let rest = Mutex(bytes[...])
        return try await readings(named: name, at: now) {
            rest.withLock { rest in
                defer { rest = rest.dropFirst(Importing.pieceBytes) }
                return Array(rest.prefix(Importing.pieceBytes))
            }
        }
    }

    /// Imports an exchanges file (`meter_id,at,final_index_l,initial_index_l,new_serial`).
    ///
    /// - Returns: how many exchanges were new, and the bad rows with their reasons.
    public func exchanges(
        _ bytes: [UInt8],
        named name: String,
        by person: String,
        at now: Instant
    ) async throws -> (new: Int, rejections: [Rejection]) {
        let text = ExchangesText(DelimitedText(bytes, named: name))
        let points = try await pilot.pointsByMeter(store)
        var rejections = text.rejections
        var exchanges: [MeterExchange] = []
        for row in text.rows {
            guard let point = points[row.meter] else {
                rejections.append(
                    row.rejection("meter_id", "a meter of the register", row.meter.rawValue, name)
                )
                continue
            }
            if let rejection = rejection(row, at: point, name) {
                rejections.append(rejection)
                continue
            }
            exchanges.append(
                MeterExchange(
                    point: point,
                    at: row.at,
                    closing: row.closing,
                    opening: row.opening,
                    newMeter: row.newMeter
                )
            )
        }
        try await store.quarantine(rejections, from: Importing.path, file: name, at: now)
        var new = 0
        for exchange in exchanges where try await store.record(exchange, by: person, at: now) {
            new += 1
        }
        return (new, rejections)
    }

    /// Both indexes have to be on the dial.
    private func rejection(_ row: ImportedExchange, at point: ServicePoint.ID, _ name: String) -> Rejection? {
        guard let capacity = pilot.installation(at: point)?.meter.dial.capacity else { return nil }
        let expected = "an index on the dial of \(capacity)"
        if row.closing >= capacity {
            return row.rejection("final_index_l", expected, "\(row.closing)", name)
        }
        if row.opening >= capacity {
            return row.rejection("initial_index_l", expected, "\(row.opening)", name)
        }
        return nil
    }
}

extension ImportedExchange {
    fileprivate func rejection(_ field: String, _ expected: String, _ found: String, _ name: String)
        -> Rejection
    {
        Rejection(place: "\(name):\(line)", field: field, expected: expected, found: found)
    }
}

extension Importing.Outcome {
    fileprivate mutating func add(_ piece: ImportReader.Piece, _ tally: ReadingTally) {
        self.tally = self.tally + tally
        empty += piece.empty
        bytes += piece.byteCount
        rejections += piece.rejections.prefix(Importing.Outcome.mostTold - rejections.count).map(\.rejection)
    }
}
