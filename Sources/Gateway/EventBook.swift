import Decoding
public import Metering
public import Storage

/// Takes what people do and find at service points: one by one, or files of it.
public struct EventBook: Sendable {
    private let store: MeterStore
    private let handReadings: HandReadings

    public init(pilot: Pilot, store: MeterStore) {
        self.store = store
        handReadings = HandReadings(pilot: pilot, store: store)
    }

    /// What became of one event.
    public struct Outcome: Hashable, Sendable {
        public let id: RecordedEvent.ID
        public let isNew: Bool
        /// Why a hand reading waits for a person; nil where it fits.
        public let held: RecordedEvent.Hold?
    }

    /// What became of a file: everything kept, or nothing and the reasons.
    public struct FileOutcome: Hashable, Sendable {
        public let new: Int
        public let known: Int
        /// Hand readings that wait for a person; they are among the new ones.
        public let held: Int
        public let rejections: [Rejection]
    }

    /// Keeps one event.
    ///
    /// - Throws: `ActRefusal` with everything that is wrong about it; `StoreError`.
    public func record(_ event: PointEvent, at now: Instant) async throws -> Outcome {
        let problems = event.problems(at: now)
        guard problems.isEmpty else {
            throw ActRefusal(
                problems.map { "\($0.field.rawValue): expected \($0.expected), found \($0.found)" }
                    .joined(separator: "\n"),
                problems.map { "\($0.field.rawValue): \($0.japaneseExpected)が必要ですが、\($0.found) があります" }
                    .joined(separator: "\n")
            )
        }
        if let point = event.point, try await store.registeredPoint(point) == nil {
            throw ActRefusal("no service point \(point)", "水栓 \(point) はありません")
        }
        let held = try await handReadings.hold(on: event)
        let recorded = try await store.record([EventRecord(event, held: held)], at: now)
        guard let first = recorded.first else { throw StoreError(.failed, "nothing was recorded") }
        return Outcome(id: first.id, isNew: first.isNew, held: held)
    }

    /// Keeps an events file, all of it or, where a row is bad, nothing: the file is put right and taken again.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 with or without a byte order mark, or CP932.
    ///   - name: its name, for messages.
    ///   - isHandReadings: whether it is a hand readings file, which has no kinds.
    ///   - now: the time of storing.
    /// - Returns: how many were new, or every bad row with its reason.
    /// - Throws: `StoreError` when the store can't be written; nothing is kept then.
    public func importFile(
        _ bytes: [UInt8],
        named name: String,
        isHandReadings: Bool = false,
        at now: Instant
    ) async throws -> FileOutcome {
        let read = EventBook.read(bytes, named: name, isHandReadings)
        let points = Set(try await store.registeredPoints().map(\.point.id))
        var rejections = read.rejections
        for row in read.rows { rejections += EventBook.rejections(of: row, points, name, now) }
        guard rejections.isEmpty else {
            return FileOutcome(new: 0, known: 0, held: 0, rejections: rejections.sorted(byLineOf: name))
        }
        var records: [EventRecord] = []
        for row in read.rows {
            records.append(EventRecord(row.event, held: try await handReadings.hold(on: row.event)))
        }
        let outcomes = try await store.record(records, at: now)
        let new = zip(outcomes, records).filter(\.0.isNew)
        return FileOutcome(
            new: new.count,
            known: records.count - new.count,
            held: new.count { $0.1.held != nil },
            rejections: []
        )
    }

    private static func read(_ bytes: [UInt8], named name: String, _ isHandReadings: Bool) -> (
        rows: [ImportedEvent], rejections: [Rejection]
    ) {
        do throws(FileRefusal) {
            let text = DelimitedText(try TextEncoding.either.utf8(bytes), named: name)
            if isHandReadings {
                let read = HandReadingsText(text)
                return (read.rows, read.rejections)
            }
            let read = EventsText(text)
            return (read.rows, read.rejections)
        } catch {
            return ([], [error.rejection(of: name)])
        }
    }

    private static func rejections(
        of row: ImportedEvent,
        _ points: Set<ServicePoint.ID>,
        _ name: String,
        _ now: Instant
    ) -> [Rejection] {
        let place = "\(name):\(row.line)"
        var rejections = row.event.problems(at: now).map {
            Rejection(place: place, field: $0.field.rawValue, expected: $0.expected, found: $0.found)
        }
        if let point = row.event.point, !points.contains(point) {
            rejections.append(
                Rejection(
                    place: place,
                    field: "service_point",
                    expected: "a registered service point",
                    found: point.rawValue
                )
            )
        }
        return rejections
    }
}

extension [Rejection] {
    /// In the order of the file's lines.
    fileprivate func sorted(byLineOf name: String) -> [Rejection] {
        func line(_ rejection: Rejection) -> Int { Int(rejection.place.dropFirst(name.count + 1)) ?? 0 }
        return sorted { line($0) < line($1) }
    }
}
