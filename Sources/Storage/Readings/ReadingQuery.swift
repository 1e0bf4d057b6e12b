internal import FoundationEssentials
internal import GRDB
internal import Metering

/// The readings of one point and way, rows and sealed blocks as one, as they were known at one time.
///
/// The only way to read them: nobody else needs to know which of them are sealed.
struct ReadingQuery {
    let database: Database
    /// The point's key.
    let point: Int64
    let route: Route
    private let storedBy: Int64

    init(_ database: Database, point: Int64, route: Route = .first, storedBy: Instant? = nil) {
        self.database = database
        self.point = point
        self.route = route
        self.storedBy = storedBy?.secondsSince1970 ?? .max
    }

    /// Every revision in the span, in order of instant and revision.
    func all(in span: Range<Int64>) throws -> [StoredReading] {
        guard !span.isEmpty else { return [] }
        return ReadingQuery.merged(try sealed(in: span), try rows.all(in: span))
    }

    /// Of each instant in the span the highest revision.
    func newest(in span: Range<Int64>) throws -> [StoredReading] {
        let all = try all(in: span)
        guard zip(all, all.dropFirst()).contains(where: { $0.at == $1.at }) else { return all }
        var newest: [StoredReading] = []
        newest.reserveCapacity(all.count)
        for (place, reading) in all.enumerated() {
            if place + 1 < all.count, all[place + 1].at == reading.at { continue }
            newest.append(reading)
        }
        return newest
    }

    /// The newest reading before an instant that is wanted.
    ///
    /// - Parameters:
    ///   - end: in UTC seconds; the end of time by default.
    ///   - isWanted: asked of the highest revision of each instant, from the newest back.
    /// - Returns: nil when there is none.
    /// - Throws: `.damaged` when a block can't be read.
    func last(before end: Int64 = .max, where isWanted: (StoredReading) -> Bool = { _ in true }) throws
        -> StoredReading?
    {
        var end = end
        while let at = try newestInstant(before: end) {
            // What lies close before is looked at first, then its whole month.
            for start in [at, SealedMonth(containing: at).span?.lowerBound ?? at] where start < end {
                if let found = try newest(in: start..<end).last(where: isWanted) { return found }
                end = start
            }
        }
        return nil
    }

    /// The last measured instant before `instant` that lies in no invalid stretch.
    func lastEvidence(before instant: Int64) throws -> Int64? {
        let holes = try InvalidSpans.all(of: point, storedBy: storedBy, in: database)
        return try last(before: instant) { reading in
            reading.quality == 0 && !holes.contains { $0.contains(Instant(secondsSince1970: reading.at)) }
        }?.at
    }

    /// The oldest reading by its instant.
    func first() throws -> StoredReading? {
        let row = try rows.first()
        let block = try firstSealed()
        guard let at = [row, block].compactMap(\.self).min() else { return nil }
        return try newest(in: at..<at + 1).first ?? newest(in: at..<Int64.max).first
    }
}

// Edges.
extension ReadingQuery {
    private var rows: ReadingRows {
        ReadingRows(database, point: point, route: route, storedBy: storedBy)
    }

    /// The newest instant before `instant` at which there is a row, or may be a sealed reading.
    private func newestInstant(before instant: Int64) throws -> Int64? {
        let row = try rows.newest(before: instant)
        let statement = try database.cachedStatement(
            sql: """
                SELECT first_utc, last_utc, bytes FROM reading_block WHERE point_key = ? AND route = ? AND first_utc < ?
                ORDER BY month_jst DESC LIMIT 1
                """
        )
        let sealed = try Row.fetchOne(statement, arguments: [point, route.rawValue, instant]).flatMap {
            row -> Int64? in
            let (first, last): (Int64, Int64) = (row[0], row[1])
            if last < instant { return last }
            return try ReadingQuery.block(row, at: 2).readings.last { $0.at < instant }?.at ?? first
        }
        return [row, sealed].compactMap(\.self).max()
    }
}

// Sealed blocks.
extension ReadingQuery {
    private func sealed(in span: Range<Int64>) throws -> [StoredReading] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT bytes FROM reading_block WHERE point_key = ? AND route = ? AND month_jst >= ? AND month_jst <= ?
                    AND first_utc < ? AND last_utc >= ? ORDER BY month_jst
                """
        )
        let months = ReadingQuery.months(of: span)
        let cursor = try Row.fetchCursor(
            statement,
            arguments: [
                point, route.rawValue, months.lowerBound, months.upperBound, span.upperBound, span.lowerBound,
            ]
        )
        var readings: [StoredReading] = []
        while let row = try cursor.next() {
            let some = try ReadingQuery.block(row, at: 0, in: span).readings
            readings += storedBy == .max ? some : some.filter { $0.stored <= storedBy }
        }
        return readings
    }

    /// The oldest instant that is sealed, whenever it was stored.
    private func firstSealed() throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT first_utc FROM reading_block WHERE point_key = ? AND route = ? ORDER BY month_jst LIMIT 1
                """
        )
        return try Int64.fetchOne(statement, arguments: [point, route.rawValue])
    }

    /// The block of a month; nil when none is sealed.
    func block(of month: SealedMonth) throws -> ReadingBlock? {
        let statement = try database.cachedStatement(
            sql: "SELECT bytes FROM reading_block WHERE point_key = ? AND route = ? AND month_jst = ?"
        )
        return try Row.fetchOne(statement, arguments: [point, route.rawValue, month.number])
            .map { try ReadingQuery.block($0, at: 0) }
    }

    /// The block in a column of a row, or what of it lies in a span.
    static func block(_ row: Row, at column: Int, in span: Range<Int64>? = nil) throws -> ReadingBlock {
        try row.withUnsafeData(atIndex: column) { data in
            guard let data else { throw StoreError(.damaged, "a sealed block has no bytes") }
            return try data.withUnsafeBytes { bytes in try ReadingBlock(decoding: bytes, in: span) }
        }
    }

    /// The calendar has room for so many months; spans to the ends of time are cut to it.
    private static func months(of span: Range<Int64>) -> ClosedRange<Int64> {
        let farthest: Int64 = 250_000_000_000
        let from = SealedMonth(containing: max(-farthest / 10, min(span.lowerBound, farthest))).number
        let to = SealedMonth(containing: max(-farthest / 10, min(span.upperBound, farthest))).number
        return from...max(from, to)
    }

    /// Two lists in order as one.
    static func merged(_ a: [StoredReading], _ b: [StoredReading]) -> [StoredReading] {
        guard !a.isEmpty else { return b }
        guard !b.isEmpty else { return a }
        var merged: [StoredReading] = []
        merged.reserveCapacity(a.count + b.count)
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if b[j].comesBefore(a[i]) {
                merged.append(b[j])
                j += 1
            } else {
                merged.append(a[i])
                i += 1
            }
        }
        merged.append(contentsOf: a[i...])
        merged.append(contentsOf: b[j...])
        return merged
    }
}
