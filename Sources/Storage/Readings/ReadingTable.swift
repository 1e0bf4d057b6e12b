internal import GRDB
internal import Metering

/// Adds readings inside somebody's transaction; nothing stored is ever overwritten, be it a row or sealed.
struct ReadingTable {
    private let database: Database
    /// The end of the newest sealed month of all points: what is younger can't be sealed.
    private let sealedUntil: Int64
    private var insertions: [Route: HotStatement] = [:]
    private var opened: (place: Place, block: ReadingBlock)?

    /// What became of one reading.
    enum Insertion: Equatable {
        case stored
        /// The same point, instant, revision and index were stored before.
        case duplicate
        /// Another index, in millilitres, is stored for this point, instant and revision.
        case contradicts(Int64)
    }

    private struct Place: Hashable {
        let point: Int64
        let route: Route
        let month: SealedMonth
    }

    init(_ database: Database) throws {
        self.database = database
        let newest = try Int64.fetchOne(database, sql: "SELECT max(month_jst) FROM reading_block")
        sealedUntil = newest.flatMap { SealedMonth(number: $0).span?.upperBound } ?? .min
    }

    mutating func insert(_ reading: StoredReading, at point: Int64, by route: Route = .first) throws
        -> Insertion
    {
        if let sealed = try sealed(reading, at: point, by: route) {
            return sealed == reading.index ? .duplicate : .contradicts(sealed)
        }
        let insertion = try insertion(by: route)
        insertion.bind(ReadingRows.day(of: reading.at), at: 1)
        insertion.bind(point, at: 2)
        insertion.bind(reading.at, at: 3)
        insertion.bind(reading.revision, at: 4)
        insertion.bind(reading.index, at: 5)
        insertion.bind(reading.quality, at: 6)
        insertion.bind(reading.status, at: 7)
        insertion.bind(reading.capture, at: 8)
        insertion.bind(reading.stored, at: 9)
        guard try insertion.run() == 0 else { return .stored }
        let stored = try stored(reading, at: point, by: route)
        return stored == reading.index ? .duplicate : .contradicts(stored)
    }

    private mutating func insertion(by route: Route) throws -> HotStatement {
        if let statement = insertions[route] { return statement }
        let statement = try HotStatement(
            database,
            """
            INSERT INTO \(ReadingRows.table(route)) (day_jst, point_key, at_utc, revision, index_ml, quality,
                status_bits, capture_key, stored_utc)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        )
        insertions[route] = statement
        return statement
    }

    /// The index of the row that stands in the way.
    private func stored(_ reading: StoredReading, at point: Int64, by route: Route) throws -> Int64 {
        let stored = try ReadingRows(database, point: point, route: route)
            .all(in: reading.at..<reading.at + 1).first { $0.revision == reading.revision }
        guard let index = stored?.index
        else {
            throw StoreError(.failed, "SQLite kept no reading and names none in its way")
        }
        return index
    }

    /// The sealed index of the same instant and revision; nil when there is none.
    private mutating func sealed(_ reading: StoredReading, at point: Int64, by route: Route) throws -> Int64?
    {
        guard reading.at < sealedUntil else { return nil }
        let place = Place(point: point, route: route, month: SealedMonth(containing: reading.at))
        if opened?.place != place {
            let block = try ReadingQuery(database, point: point, route: route).block(of: place.month)
            opened = (place, block ?? ReadingBlock([]))
        }
        return opened?.block.index(of: reading)
    }
}

extension ReadingBlock {
    /// The index sealed for the same instant and revision, by halving.
    fileprivate func index(of reading: StoredReading) -> Int64? {
        var (low, high) = (0, readings.count)
        while low < high {
            let middle = (low + high) / 2
            if readings[middle].comesBefore(reading) { low = middle + 1 } else { high = middle }
        }
        guard low < readings.count, readings[low].hasKey(of: reading) else { return nil }
        return readings[low].index
    }
}
