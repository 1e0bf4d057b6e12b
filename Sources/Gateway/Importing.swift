import Decoding
public import Metering
public import Storage

/// Takes readings and exchanges out of CSV files into the store, row by row: good rows in, bad ones aside.
public struct Importing: Sendable {
    private let pilot: Pilot
    private let store: MeterStore

    public init(pilot: Pilot, store: MeterStore) {
        self.pilot = pilot
        self.store = store
    }

    /// What became of a file.
    public struct Outcome: Hashable, Sendable {
        public let tally: ReadingTally
        /// Rows in which the meter answered without a value.
        public let empty: Int
        /// The bad rows with their reasons; they are in quarantine.
        public let rejections: [Rejection]
    }

    /// Imports a readings file (`meter_id,timestamp,index_l,status,received_at`).
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: its name, for messages and provenance.
    ///   - now: the time of storing.
    /// - Returns: what became of the rows. Importing the same file again stores nothing.
    /// - Throws: `StoreError` when the store can't be written; batches kept before stay.
    public func readings(_ bytes: [UInt8], named name: String, at now: Instant) async throws -> Outcome {
        let text = ReadingsText(DelimitedText(bytes, named: name))
        let points = try await pilot.pointsByMeter(store)
        var rows: [ImportRow] = []
        var rejections = text.rejections
        var empty = 0
        for row in text.rows {
            guard let index = row.index else {
                empty += 1
                continue
            }
            guard let point = points[row.meter] else {
                rejections.append(
                    Rejection(
                        place: "\(name):\(row.line)",
                        field: "meter_id",
                        expected: "a meter of the register",
                        found: row.meter.rawValue
                    )
                )
                continue
            }
            if let rejection = Importing.rejection(row, name, now) {
                rejections.append(rejection)
                continue
            }
            rows.append(
                ImportRow(
                    reading: Reading(point: point, at: row.at, index: index),
                    line: row.line,
                    text: row.text
                )
            )
        }
        let tally = try await store.importReadings(
            rows,
            rejections: rejections,
            from: Path.ID("import"),
            file: name,
            at: now
        )
        return Outcome(tally: tally, empty: empty, rejections: rejections)
    }

    /// A stamp after its own arrival, or after now, is a wrong clock and no time of measurement.
    private static func rejection(_ row: ImportedReading, _ name: String, _ now: Instant) -> Rejection? {
        guard row.at > min(row.receivedAt, now) + 300 else { return nil }
        return Rejection(
            place: "\(name):\(row.line)",
            field: "timestamp",
            expected: "not later than its arrival",
            found: row.at.japaneseDescription
        )
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
        try await store.quarantine(rejections, from: Path.ID("import"), file: name, at: now)
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
