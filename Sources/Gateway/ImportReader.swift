import Decoding
import Metering
import Storage

/// Reads a readings file piece by piece into what the store keeps.
struct ImportReader: Sendable {
    /// One piece of the file, understood.
    struct Piece: Sendable {
        var batches: [ImportBatch] = []
        /// What the batches' rows count in.
        var points: [ServicePoint.ID] = []
        var rejections: [RejectedRow] = []
        /// The rows of a full export, which keep where they came from.
        var restored: [ExportedReading] = []
        var empty = 0
        var byteCount: Int64 = 0
    }

    private let name: String
    private let now: Instant
    private let pointsByMeter: [Meter.ID: ServicePoint.ID]
    private let next: @Sendable () throws -> [UInt8]
    private var scanner: ReadingsScanner
    /// For each meter of the file its place in `points`; nil for one that nobody knows.
    private var places: [Int?] = []
    private var points: [ServicePoint.ID] = []
    private var isAtEnd = false
    private var waiting: [UInt8]?

    /// - Parameters:
    ///   - name: the file's name.
    ///   - now: the time of storing.
    ///   - points: by every name that a file may use for their meters.
    ///   - next: the next bytes of the file; none at its end.
    init(
        named name: String,
        at now: Instant,
        points: [Meter.ID: ServicePoint.ID],
        next: @escaping @Sendable () throws -> [UInt8]
    ) {
        self.name = name
        self.now = now
        self.next = next
        pointsByMeter = points
        scanner = ReadingsScanner(named: name, mostLines: ImportBatch.mostLines)
    }

    /// Reads a file that is in memory as a whole.
    init(named name: String, at now: Instant, points: [Meter.ID: ServicePoint.ID], whole bytes: [UInt8]) {
        self.init(named: name, at: now, points: points) { [] }
        waiting = bytes
    }

    /// Nil when the file has ended.
    mutating func read() throws -> Piece? {
        guard !isAtEnd else { return nil }
        let bytes = try waiting ?? next()
        isAtEnd = waiting != nil || bytes.isEmpty
        let lines = scanner.scan(bytes, isLast: isAtEnd)
        var piece = Piece()
        piece.byteCount = Int64(bytes.count)
        resolveNewMeters()
        for some in lines { add(some, to: &piece) }
        piece.points = points
        return piece
    }

    private mutating func resolveNewMeters() {
        for meter in scanner.meters.dropFirst(places.count) {
            guard let point = pointsByMeter[meter] else {
                places.append(nil)
                continue
            }
            places.append(points.count)
            points.append(point)
        }
    }

    private func add(_ lines: ReadingsScanner.Lines, to piece: inout Piece) {
        var rejections = lines.rejections
        defer { piece.rejections += rejected(rejections, in: lines) }
        var rows: [ImportBatch.Row] = []
        rows.reserveCapacity(lines.rows.count)
        for row in lines.rows {
            guard let index = row.index else {
                piece.empty += 1
                continue
            }
            guard let point = places[row.meter] else {
                rejections.append(
                    rejection(row, "meter_id", "a meter of the register", scanner.meters[row.meter].rawValue)
                )
                continue
            }
            // A stamp after its own arrival, or after now, is a wrong clock and no time of measurement.
            guard row.at <= min(row.receivedAt, now) + 300 else {
                rejections.append(
                    rejection(row, "timestamp", "not later than its arrival", row.at.japaneseDescription)
                )
                continue
            }
            if let origin = row.origin {
                piece.restored.append(exported(row, origin, index, at: points[point]))
                continue
            }
            rows.append(
                ImportBatch.Row(point: point, at: row.at, index: index, quality: row.quality, line: row.line)
            )
        }
        guard !rows.isEmpty else { return }
        piece.batches.append(ImportBatch(lines: lines.numbers, text: lines.text, rows: rows))
    }

    private func exported(
        _ row: ReadingsScanner.Row,
        _ origin: ReadingOrigin,
        _ index: Volume,
        at point: ServicePoint.ID
    ) -> ExportedReading {
        ExportedReading(
            reading: Reading(
                point: point,
                at: row.at,
                index: index,
                quality: row.quality,
                status: origin.status,
                revision: origin.revision
            ),
            route: origin.route,
            storedAt: origin.storedAt,
            origin: CaptureOrigin(
                path: origin.path,
                source: origin.source,
                record: origin.record,
                times: origin.times
            )
        )
    }

    /// Each with its own row, as a file that can be read again; not so where the columns are missing.
    private func rejected(_ rejections: [Rejection], in lines: ReadingsScanner.Lines) -> [RejectedRow] {
        guard !rejections.isEmpty else { return [] }
        let texts = lines.rowTexts()
        return rejections.map { rejection in
            guard let line = Int(rejection.place.dropFirst(name.count + 1)), line > 1,
                let text = texts[line]
            else { return RejectedRow(rejection) }
            return RejectedRow(rejection, text: scanner.headerText + text)
        }
    }

    private func rejection(_ row: ReadingsScanner.Row, _ field: String, _ expected: String, _ found: String)
        -> Rejection
    {
        Rejection(place: "\(name):\(row.line)", field: field, expected: expected, found: found)
    }
}
