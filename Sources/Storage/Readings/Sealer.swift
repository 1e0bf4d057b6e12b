internal import FoundationEssentials
internal import GRDB
internal import Metering

/// Packs a month of one point and way into a block, inside somebody's transaction.
struct Sealer {
    /// What comes at once for a month that is over stays in rows when it is less than this: two days of hours.
    static let fewestReadings = 48

    let database: Database

    /// What became of the readings that were new to a month.
    struct Outcome {
        var stored = 0
        var duplicates = 0
        /// Those that contradict what is stored for their instant and revision, with what is stored.
        var contradictions: [(reading: StoredReading, stored: Int64)] = []
    }

    init(_ database: Database) {
        self.database = database
    }

    /// Joins what is sealed, what lies in rows, and `incoming` into the month's block; the rows go.
    ///
    /// - Parameters:
    ///   - incoming: of this month, in order of instant and revision; of two with one key the first counts.
    ///   - month: a month of the calendar.
    ///   - point: the point's key.
    ///   - route: the way.
    /// - Returns: what became of `incoming`.
    /// - Throws: `.damaged` when the block can't be read; nothing is changed then.
    @discardableResult
    func seal(
        _ incoming: [StoredReading] = [],
        month: SealedMonth,
        at point: Int64,
        by route: Route
    ) throws -> Outcome {
        guard let span = month.span else {
            throw StoreError(.failed, "month \(month.number) is beyond the calendar")
        }
        let query = ReadingQuery(database, point: point, route: route)
        let sealed = try query.block(of: month)?.readings ?? []
        let table = ReadingRows(database, point: point, route: route)
        let rows = try table.all(in: span)
        let known = ReadingQuery.merged(sealed, rows)
        let (all, outcome) = Sealer.join(known, incoming)
        if outcome.stored > 0 || !rows.isEmpty { try write(ReadingBlock(all), month, point, route) }
        if !rows.isEmpty { try table.delete(in: span) }
        return outcome
    }

    /// Takes readings before an instant out of their blocks, but for those that are kept.
    ///
    /// - Returns: how many.
    @discardableResult
    func remove(
        before end: Int64,
        at point: Int64,
        by route: Route,
        keeping isKept: (StoredReading) -> Bool = { _ in false }
    ) throws -> Int {
        let months = try Int64.fetchAll(
            database,
            sql: "SELECT month_jst FROM reading_block WHERE point_key = ? AND route = ? AND first_utc < ?",
            arguments: [point, route.rawValue, end]
        ).map { SealedMonth(number: $0) }
        return try months.reduce(0) { count, month in
            let readings =
                try ReadingQuery(database, point: point, route: route).block(of: month)?.readings ?? []
            let rest = readings.filter { $0.at >= end || isKept($0) }
            guard rest.count < readings.count else { return count }
            try database.execute(
                sql: "DELETE FROM reading_block WHERE point_key = ? AND route = ? AND month_jst = ?",
                arguments: [point, route.rawValue, month.number]
            )
            try write(ReadingBlock(rest), month, point, route)
            return count + readings.count - rest.count
        }
    }

    private static func join(_ known: [StoredReading], _ incoming: [StoredReading]) -> (
        [StoredReading], Outcome
    ) {
        var outcome = Outcome()
        var all: [StoredReading] = []
        all.reserveCapacity(known.count + incoming.count)
        var next = 0
        for reading in incoming {
            while next < known.count, known[next].comesBefore(reading) {
                all.append(known[next])
                next += 1
            }
            let twin = next < known.count && known[next].hasKey(of: reading) ? known[next] : all.last
            if let twin, twin.hasKey(of: reading) {
                if twin.index == reading.index {
                    outcome.duplicates += 1
                } else {
                    outcome.contradictions.append((reading, twin.index))
                }
            } else {
                all.append(reading)
                outcome.stored += 1
            }
        }
        all.append(contentsOf: known[next...])
        return (all, outcome)
    }

    private func write(_ block: ReadingBlock, _ month: SealedMonth, _ point: Int64, _ route: Route) throws {
        guard let first = block.readings.first, let last = block.readings.last else { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO reading_block (point_key, route, month_jst, first_utc, last_utc, readings, bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (point_key, route, month_jst) DO UPDATE SET first_utc = excluded.first_utc,
                    last_utc = excluded.last_utc, readings = excluded.readings, bytes = excluded.bytes
                """
        )
        try statement.execute(arguments: [
            point, route.rawValue, month.number, first.at, last.at, block.readings.count,
            Data(block.encoded()),
        ])
    }
}
