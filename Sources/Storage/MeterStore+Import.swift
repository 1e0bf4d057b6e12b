internal import GRDB
public import Metering

extension MeterStore {
    /// How many rows one import transaction keeps.
    public static let importBatchRows = 2_000

    /// Keeps the rows of a file, 2,000 a transaction, under the same rules as `store(_:advancing:at:)`.
    ///
    /// Each batch keeps its rows as text in one capture, so that every reading leads back to its line. The same file
    /// imported again stores nothing. When it throws, the batches before the failing one are kept; importing the file
    /// again then adds the rest.
    ///
    /// - Parameters:
    ///   - rows: in the file's order; those inside an erased span are counted there and left out.
    ///   - rejections: the rows that were not understood; they go to quarantine.
    ///   - path: the path that the file stands for.
    ///   - file: the file's name, as a person should see it.
    ///   - now: the time of storing.
    /// - Returns: what became of the rows; those of a batch imported before count as duplicates.
    /// - Throws: `.full`, `.busy` and the like.
    public func importReadings(
        _ rows: [ImportRow],
        rejections: [Rejection] = [],
        from path: Path.ID,
        file: String,
        at now: Instant
    ) async throws(StoreError) -> ReadingTally {
        var total = try await quarantine(rejections, from: path, file: file, at: now)
        let (rows, refused) = try await withoutErased(rows)
        total.refused += refused
        var start = 0
        while start < rows.count {
            let end = min(start + MeterStore.importBatchRows, rows.count)
            let arrival = MeterStore.arrival(of: rows[start..<end], path: path, file: file, now: now)
            for outcome in try await store([arrival], at: now) {
                if case .stored(let tally) = outcome {
                    total = total + tally
                } else {
                    total.duplicates += end - start
                }
            }
            start = end
        }
        return total
    }

    /// The rows outside erased spans; the others are counted, so that their text is kept nowhere.
    private func withoutErased(
        _ rows: [ImportRow]
    ) async throws(StoreError) -> (rows: [ImportRow], refused: Int) {
        let spans = try await erasedSpans()
        guard !spans.isEmpty else { return (rows, 0) }
        let ends = Dictionary(spans.map { ($0.point, $0.before) }, uniquingKeysWith: max)
        let refused = rows.filter { row in ends[row.reading.point].map { row.reading.at < $0 } ?? false }
        guard !refused.isEmpty else { return (rows, 0) }
        try await write("count refused rows") { database in
            for (id, rows) in Dictionary(grouping: refused, by: \.reading.point) {
                let point = try Register(database).requiredPointKey(id)
                try ErasedBefore.countRefused(rows.count, of: point, in: database)
            }
        }
        let lines = Set(refused.map(\.line))
        return (rows.filter { !lines.contains($0.line) }, refused.count)
    }

    private static func arrival(of rows: ArraySlice<ImportRow>, path: Path.ID, file: String, now: Instant)
        -> Arrival
    {
        var bytes: [UInt8] = []
        for row in rows {
            bytes.append(contentsOf: row.text.utf8)
            bytes.append(10)
        }
        let lines = "\(rows.first?.line ?? 0)-\(rows.last?.line ?? 0)"
        let capture = Capture(
            path: path,
            source: file,
            key: "\(file):\(lines) \(Fingerprint(of: bytes))",
            times: CaptureTimes(asked: now, answered: now),
            bytes: bytes
        )
        return Arrival(capture: capture, readings: rows.map(\.reading))
    }
}
