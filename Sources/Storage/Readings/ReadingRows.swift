internal import GRDB
internal import Metering

/// The rows of one point and way: readings that are not sealed, day by day.
///
/// Rows lie by day in Japan first and by point second. What an hour brings for all points of a city so falls on the few
/// pages of today: with the point first, each reading touched a page of its own, and 2,000 readings a commit wrote five
/// times as many pages. The price is one look for every day of a question, and rows are young: months are sealed.
struct ReadingRows {
    private let database: Database
    private let point: Int64
    private let table: String
    /// Only what was stored by then.
    private let storedBy: Int64

    init(_ database: Database, point: Int64, route: Route, storedBy: Int64 = .max) {
        self.database = database
        self.point = point
        self.storedBy = storedBy
        table = ReadingRows.table(route)
    }

    /// The table of a way's rows.
    static func table(_ route: Route) -> String {
        route == .first ? "reading" : "second_reading"
    }

    /// The day in Japan of an instant, both as numbers; beyond any calendar it stays at its end.
    static func day(of at: Int64) -> Int64 {
        let limit: Int64 = 1 << 50
        let local = min(max(at, -limit), limit) + 32_400
        return local / 86_400 - (local % 86_400 < 0 ? 1 : 0)
    }

    /// In order of instant and revision.
    func all(in span: Range<Int64>) throws -> [StoredReading] {
        guard !span.isEmpty else { return [] }
        let query = try HotQuery(
            database,
            """
            SELECT at_utc, revision, index_ml, quality, status_bits, capture_key, stored_utc FROM \(table)
            WHERE day_jst = ? AND point_key = ? AND at_utc >= ? AND at_utc < ? AND stored_utc <= ?
            ORDER BY at_utc, revision
            """
        )
        var readings: [StoredReading] = []
        try forEachDay(of: span) { day in
            let before = readings.count
            try query.forEach(day, point, span.lowerBound, span.upperBound, storedBy) {
                readings.append(StoredReading($0))
            }
            return readings.count > before
        }
        return readings
    }

    /// The oldest instant of all.
    func first() throws -> Int64? {
        let query = try edge(newest: false)
        var first: Int64?
        var day = try nextDay(from: .min)
        while first == nil, let some = day {
            try query.forEach(some, point, .max, storedBy) { first = $0[0] }
            day = try nextDay(from: some + 1)
        }
        return first
    }

    /// The newest instant before another.
    func newest(before limit: Int64) throws -> Int64? {
        let query = try edge(newest: true)
        var newest: Int64?
        var day = try lastDay(to: ReadingRows.day(of: limit))
        while newest == nil, let some = day {
            try query.forEach(some, point, limit, storedBy) { newest = $0[0] }
            day = try lastDay(to: some - 1)
        }
        return newest
    }

    /// - Returns: how many rows went.
    @discardableResult
    func delete(in span: Range<Int64>) throws -> Int {
        guard !span.isEmpty else { return 0 }
        let statement = try HotStatement(
            database,
            "DELETE FROM \(table) WHERE day_jst = ? AND point_key = ? AND at_utc >= ? AND at_utc < ?"
        )
        statement.bind(point, at: 2)
        statement.bind(span.lowerBound, at: 3)
        statement.bind(span.upperBound, at: 4)
        var count = 0
        try forEachDay(of: span) { day in
            statement.bind(day, at: 1)
            let gone = Int(try statement.run())
            count += gone
            return gone > 0
        }
        return count
    }
}

// Days.
extension ReadingRows {
    /// Visits the days of a span on which there may be rows, in order.
    ///
    /// `visit` says whether there were rows of the point; after a day without, days that nobody has are skipped.
    private func forEachDay(of span: Range<Int64>, _ visit: (Int64) throws -> Bool) throws {
        let last = ReadingRows.day(of: span.upperBound - 1)
        var day = try nextDay(from: ReadingRows.day(of: span.lowerBound))
        while let some = day, some <= last {
            day = try visit(some) ? some + 1 : nextDay(from: some + 1)
        }
    }

    /// The first day from one on that has rows of any point.
    private func nextDay(from day: Int64) throws -> Int64? {
        let query = try HotQuery(
            database,
            "SELECT day_jst FROM \(table) WHERE day_jst >= ? ORDER BY day_jst LIMIT 1"
        )
        var found: Int64?
        try query.forEach(day) { found = $0[0] }
        return found
    }

    /// The last day up to one that has rows of any point.
    private func lastDay(to day: Int64) throws -> Int64? {
        let query = try HotQuery(
            database,
            "SELECT day_jst FROM \(table) WHERE day_jst <= ? ORDER BY day_jst DESC LIMIT 1"
        )
        var found: Int64?
        try query.forEach(day) { found = $0[0] }
        return found
    }

    /// The first or last instant of the point on a day, before another instant.
    private func edge(newest: Bool) throws -> HotQuery {
        try HotQuery(
            database,
            """
            SELECT at_utc FROM \(table) WHERE day_jst = ? AND point_key = ? AND at_utc < ? AND stored_utc <= ?
            ORDER BY at_utc \(newest ? "DESC" : "ASC") LIMIT 1
            """
        )
    }
}

extension StoredReading {
    /// The seven columns of a row, in the order of the properties.
    fileprivate init(_ row: HotQuery.Row) {
        self.init(
            at: row[0],
            revision: row[1],
            index: row[2],
            quality: row[3],
            status: row[4],
            capture: row[5],
            stored: row[6]
        )
    }
}
