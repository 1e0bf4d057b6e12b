import Acquisition
public import Decoding
public import Metering
public import Storage

/// Releases what was put aside, once a corrected layout or register gives it a meaning.
public struct QuarantineDesk: Sendable {
    private let store: MeterStore
    private let pilot: Pilot
    private let layouts: [Path.ID: FeedLayout]

    /// - Parameters:
    ///   - store: the memory.
    ///   - configuration: the register and the layouts of now.
    public init(store: MeterStore, configuration: Configuration) {
        self.init(store: store, pilot: configuration.pilot, layouts: configuration.layoutsByPath)
    }

    init(store: MeterStore, pilot: Pilot, layouts: [Path.ID: FeedLayout]) {
        self.store = store
        self.pilot = pilot
        self.layouts = layouts
    }

    /// Why an entry can't be released.
    public enum Refusal: Error, Hashable, Sendable {
        case notWaiting(Int64)
        /// Nothing is kept from which it could be read again: the row of an imported table of exchanges.
        case notKept(Int64, path: Path.ID)
        /// Another index is stored for the same instant; only a correction can say that this one is right.
        case contradicts(Int64, Rejection)
        /// The same reason as before, or another.
        case stillRefused(Int64, Rejection)
        /// It makes sense now, and holds neither a reading nor an alarm.
        case empty(Int64)
    }

    /// What a released record brought.
    public struct Released: Hashable, Sendable {
        public let readings: ReadingTally
        /// Starts and clears of meters' own alarms, those known already included.
        public let alarms: Int
    }

    /// Reads an entry's record again and takes the readings, or the alarm, that belong to the entry.
    ///
    /// - Parameters:
    ///   - number: of the entry.
    ///   - person: who decided it.
    ///   - reason: why.
    ///   - now: the time of storing.
    /// - Returns: what became of it.
    /// - Throws: `Refusal`, or `StoreError` when a reading contradicts the store or the store can't be written.
    public func release(_ number: Int64, by person: String, reason: String, at now: Instant) async throws
        -> Released
    {
        guard let evidence = try await store.quarantinedEvidence(number), evidence.entry.state == .waiting
        else { throw Refusal.notWaiting(number) }
        let arrival = try await arrival(of: evidence)
        let tally = try await store.releaseQuarantined(
            number,
            as: arrival,
            by: person,
            reason: reason,
            at: now
        )
        return Released(readings: tally, alarms: arrival.alarms.count)
    }

    private func arrival(of evidence: QuarantinedEvidence) async throws -> FeedArrival {
        let path = evidence.entry.path
        if let layout = layouts[path], let file = evidence.file {
            return FeedArrival(try await arrival(of: file, evidence.entry, by: layout))
        }
        if path == Importing.path { return FeedArrival(try await arrival(ofRow: evidence)) }
        guard let page = evidence.page else { throw Refusal.notKept(evidence.entry.number, path: path) }
        return try await arrival(of: page, evidence)
    }

    private func arrival(of file: FeedFile, _ entry: QuarantinedRecord, by layout: FeedLayout) async throws
        -> Arrival
    {
        let decoded: DecodedFile
        do throws(FileRefusal) {
            decoded = try FeedFileDecoder(layout.ignoringChecksum).decode(file)
        } catch {
            throw Refusal.stillRefused(entry.number, error.rejection(of: file.name))
        }
        let rows = FileReadings(
            decoded,
            from: entry.path,
            pilot: pilot,
            points: try await pilot.pointsByMeter(store)
        )
        let whole = rows.arrival(of: file, decoded, from: entry.path)
        // A file that was refused whole is taken whole; its bad rows would be lost, so there must be none.
        let isWhole = entry.record != file.recordKey
        let readings = rows.readings.filter { isWhole || entry.concerns($0.place, $0.reading) }
        if isWhole, let refused = rows.rejections.first { throw Refusal.stillRefused(entry.number, refused) }
        try check(entry, rows.rejections, hasContent: !readings.isEmpty)
        return Arrival(
            capture: whole.capture,
            readings: readings.filter { $0.route == .first }.map(\.reading),
            second: readings.filter { $0.route == .second }.map(\.reading)
        )
    }

    /// A row of `import readings` was kept under its file's header, as a file of its own.
    private func arrival(ofRow evidence: QuarantinedEvidence) async throws -> Arrival {
        let entry = evidence.entry
        guard let bytes = evidence.bytes else {
            throw entry.rejection.field == "index_l"
                ? Refusal.contradicts(entry.number, entry.rejection)
                : Refusal.notKept(entry.number, path: entry.path)
        }
        let points = try await pilot.pointsByMeter(store)
        var reader = ImportReader(
            named: entry.rejection.place,
            at: entry.storedAt,
            points: points,
            whole: bytes
        )
        let piece = try reader.read()
        if let refused = piece?.rejections.first {
            let rejection = Rejection(
                place: entry.rejection.place,
                field: refused.rejection.field,
                expected: refused.rejection.expected,
                found: refused.rejection.found
            )
            throw Refusal.stillRefused(entry.number, rejection)
        }
        guard let piece, let row = piece.batches.first?.rows.first else { throw Refusal.empty(entry.number) }
        let capture = Capture(
            path: entry.path,
            source: entry.record,
            key: "\(entry.rejection.place) \(Fingerprint(of: bytes))",
            times: CaptureTimes(asked: entry.storedAt, answered: entry.storedAt),
            bytes: bytes
        )
        return Arrival(
            capture: capture,
            readings: [
                Reading(point: piece.points[row.point], at: row.at, index: row.index, quality: row.quality)
            ]
        )
    }

    /// A record of the feed stands alone in its capture, so it is a page of its own.
    private func arrival(of page: FeedDelivery, _ evidence: QuarantinedEvidence) async throws -> FeedArrival {
        let number = evidence.entry.number
        let tenures = try await pilot.feedTenures(in: store)
        let decoded: FeedReadings
        do throws(FeedDecodingError) {
            decoded = try FeedReadings(page, tenures: tenures, seconds: pilot.secondFeedPoints)
        } catch {
            throw Refusal.notKept(number, path: evidence.entry.path)
        }
        let readings = decoded.arrivals.flatMap(\.arrival.readings)
        let second = decoded.arrivals.flatMap(\.arrival.second)
        let alarms = decoded.arrivals.flatMap(\.alarms)
        // The page has this record alone, whatever number it had on the page that brought it.
        let rejections = decoded.arrivals.flatMap(\.arrival.rejections).map {
            Rejection(
                place: evidence.entry.rejection.place,
                field: $0.field,
                expected: $0.expected,
                found: $0.found
            )
        }
        let hasContent = !readings.isEmpty || !second.isEmpty || !alarms.isEmpty
        try check(evidence.entry, rejections, hasContent: hasContent)
        guard let capture = evidence.capture else { throw Refusal.empty(number) }
        return FeedArrival(
            Arrival(capture: capture, readings: readings, second: second),
            missing: decoded.arrivals.flatMap(\.missing),
            alarms: alarms
        )
    }

    /// Other mistakes of the same record are entries of their own, and block nothing while there is something to take.
    private func check(_ entry: QuarantinedRecord, _ rejections: [Rejection], hasContent: Bool)
        throws(Refusal)
    {
        let own = rejections.first {
            $0.place == entry.rejection.place && $0.field == entry.rejection.field
        }
        let other = hasContent ? nil : rejections.first { $0.place == entry.rejection.place }
        if let refused = own ?? other { throw .stillRefused(entry.number, refused) }
        guard hasContent else { throw .empty(entry.number) }
    }
}

extension QuarantineDesk.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notWaiting(let id): "no quarantine entry \(id) waits"
        case .notKept(_, let path):
            "nothing is kept from which it could be read again (path \(path)); bring it again"
        case .stillRefused(_, let rejection):
            "still refused: \(rejection.place): \(rejection.field): expected \(rejection.expected), "
                + "found \(rejection.found)"
        case .contradicts(_, let rejection):
            "expected \(rejection.expected), found \(rejection.found); only a correction can say that this is right"
        case .empty: "it holds neither a reading nor an alarm"
        }
    }
}

extension Configuration {
    /// How each path's files are read: by its folder's layout, or by the layout of the path's own name.
    var layoutsByPath: [Path.ID: FeedLayout] {
        let named = layouts.map { (Path.ID($0.id.rawValue), $0) }
        let folders = settings.folders.map { ($0.id, $0.layout) }
        return Dictionary(named + folders, uniquingKeysWith: { _, folder in folder })
    }

    /// The path of a file that a person takes in by hand: that of the folder with this layout, if one has it.
    public func path(ofFilesBy layout: FeedLayout) -> Path.ID {
        settings.folders.first { $0.layout.id == layout.id }?.id ?? Path.ID(layout.id.rawValue)
    }
}

extension QuarantinedRecord {
    /// Whether a reading is the one that was put aside: by its row, or by what the store called it.
    fileprivate func concerns(_ place: String, _ reading: Reading) -> Bool {
        rejection.place == place
            || rejection.place == "\(reading.point) \(reading.at) revision \(reading.revision)"
    }
}

extension QuarantinedEvidence {
    /// The file of the entry: kept as a capture, or with the entry where it was refused whole.
    fileprivate var file: FeedFile? {
        if let capture {
            return FeedFile(name: capture.source, bytes: capture.bytes, receivedAt: capture.times.answered)
        }
        guard let bytes, let gap = entry.record.firstIndex(of: " ") else { return nil }
        let name = String(entry.record[entry.record.index(after: gap)...])
        return FeedFile(name: name, bytes: bytes, receivedAt: entry.storedAt)
    }

    /// The record as a page of the feed, of which it is the only one.
    fileprivate var page: FeedDelivery? {
        guard let capture, capture.request.isEmpty else { return nil }
        let head = Array(#"{"schema":"kyodo-kenshin/1.0","records":["#.utf8)
        let isPage = capture.key.hasPrefix("page@")
        return FeedDelivery(
            path: capture.path,
            resource: FeedSettings.resource(ofPath: capture.path),
            asked: capture.times.asked,
            answered: capture.times.answered,
            body: isPage ? capture.bytes : head + capture.bytes + Array("]}".utf8)
        )
    }
}
