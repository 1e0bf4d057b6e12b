import Decoding
public import Metering
import Reporting
public import Storage

/// Writes readings to a file that `import readings` takes: point by point, each in order of time.
///
/// A month of one point is in memory at once. With `isFull`, each revision is a row of its own, with what
/// `ReadingOrigin` names; so a store into which the file is imported answers as the first one did, also as of an instant.
/// Bytes of captures are no part of it: they are in backups.
public struct ReadingsExport: Sendable {
    private let store: MeterStore
    private let request: Request

    /// What is exported.
    public struct Request: Hashable, Sendable {
        /// Nil for all.
        public let point: ServicePoint.ID?
        /// Instants of measurement; nil without end.
        public let from: Instant?
        public let to: Instant?
        public let isFull: Bool
        public let asOf: Instant?

        public init(
            point: ServicePoint.ID? = nil,
            from: Instant? = nil,
            to: Instant? = nil,
            isFull: Bool = false,
            asOf: Instant? = nil
        ) {
            self.point = point
            self.from = from
            self.to = to
            self.isFull = isFull
            self.asOf = asOf
        }

        /// One line that tells two requests apart.
        var words: String {
            let parts = [
                point?.rawValue ?? "all", from?.description ?? "-", to?.description ?? "-",
                asOf?.description ?? "-", isFull ? "full" : "plain",
            ]
            return "readings/1 " + parts.joined(separator: " ")
        }
    }

    /// How far it has come.
    public struct Progress: Hashable, Sendable {
        public internal(set) var points = 0
        public internal(set) var allPoints = 0
        public internal(set) var rows = 0
    }

    public init(_ request: Request, store: MeterStore) {
        self.request = request
        self.store = store
    }

    /// Writes the whole to somebody who takes lines as they come; nothing of it can be begun again.
    public func write(to take: (String) throws -> Void) async throws {
        var progress = Progress()
        try take(ReadingsExport.header(isFull: request.isFull))
        let mark = try await store.exportMark()
        for point in try await points(after: "") { try await write(point, upTo: mark, &progress, take) }
    }

    /// Writes a file of this name; one that was broken off goes on behind its last mark.
    ///
    /// - Parameters:
    ///   - name: the file to be; it must not exist.
    ///   - tell: told after each point.
    /// - Returns: what was written this time.
    /// - Throws: `StoreError` when the store can't be read or the file can't be written.
    public func write(toFile name: String, progress tell: (Progress) -> Void = { _ in }) async throws
        -> Progress
    {
        let words = request.words
        let now = try await store.exportMark()
        let file = try ExportFile(
            name,
            continuing: { $0.export.hasPrefix(words + " up to ") },
            else: "\(words) up to \(now)"
        )
        let sure = file.mark
        let mark = sure.export.split(separator: " ").last.flatMap { Int64($0) } ?? now
        if sure.bytes == 0 { try file.append(ReadingsExport.header(isFull: request.isFull).utf8) }
        var progress = Progress()
        let points = try await points(after: sure.last)
        progress.allPoints = points.count
        for point in points {
            try await write(point, upTo: mark, &progress) { try file.append($0.utf8) }
            try file.finish(point.rawValue)
            progress.points += 1
            tell(progress)
        }
        try file.close()
        return progress
    }

    private func points(after last: String) async throws -> [ServicePoint.ID] {
        try await store.registeredPoints().map(\.point.id)
            .filter { $0.rawValue > last && (request.point == nil || $0 == request.point) }
    }

    private func write(
        _ point: ServicePoint.ID,
        upTo mark: Int64,
        _ progress: inout Progress,
        _ take: (String) throws -> Void
    ) async throws {
        guard let span = try await store.readingSpan(of: point) else { return }
        let end = min(span.upperBound + 1, request.to ?? span.upperBound + 1)
        var start = max(span.lowerBound, request.from ?? span.lowerBound)
        while start < end {
            let next = min(end, LocalDay(containing: start).month.next.firstDay.start)
            let readings = try await store.exportedReadings(
                of: point,
                in: start..<next,
                upTo: mark,
                allRevisions: request.isFull,
                asOf: request.asOf
            )
            for reading in readings { try take(row(reading)) }
            progress.rows += readings.count
            start = next
        }
    }
}

extension ReadingsExport {
    static func header(isFull: Bool) -> String {
        let columns = ReadingRow.columns + (isFull ? ReadingOrigin.columns : [])
        return CSVTable.line(columns.map { .text($0) })
    }

    private func row(_ exported: ExportedReading) -> String {
        let reading = exported.reading
        let times = exported.origin.times
        // What a file brought says when it was read in, and not when it was received.
        let isLate = exported.origin.path != Importing.path && times.delivered - reading.at > 3_600
        let plain: [CSVTable.Cell] = [
            .text(reading.point.rawValue), .text(reading.at.japaneseDescription),
            .number(String(reading.index.description.dropLast(2))), .text(reading.quality.word),
            isLate ? .text(times.delivered.japaneseDescription) : .empty,
        ]
        guard request.isFull else { return CSVTable.line(plain) }
        return CSVTable.line(
            plain + [
                .integer(reading.status.rawValue), .integer(Int64(reading.revision)),
                .integer(Int64(exported.route.rawValue)), .text(exported.origin.path.rawValue),
                .text(exported.origin.source), .text(exported.origin.record), .text(times.asked.description),
                .text(times.answered.description), times.own.map { .text($0.description) } ?? .empty,
                .text(times.delivered.description), .text(exported.storedAt.description),
            ]
        )
    }
}
