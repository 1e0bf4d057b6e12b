internal import GRDB
internal import Metering

extension MeterStore {
    /// The laws of sealed readings, block by block: whole, in order, in their month, from captures that are there, and
    /// not stored a second time as rows.
    func sealedProblems() async throws(StoreError) -> [VerifyProblem] {
        var problems: [VerifyProblem] = []
        var last: Int64 = 0
        while let found = try await sealedProblems(after: last) {
            last = found.last
            problems += found.problems
        }
        return Array(problems.prefix(VerifyCheck.limit))
    }

    /// The problems of the next hundred blocks, so that no read transaction lasts; nil when there are no more.
    private func sealedProblems(after key: Int64) async throws(StoreError) -> (
        last: Int64, problems: [VerifyProblem]
    )? {
        try await read("check sealed readings") { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT key, point_key, route, month_jst, first_utc, last_utc, readings, bytes FROM reading_block
                    WHERE key > ? ORDER BY key LIMIT 100
                    """,
                arguments: [key]
            )
            guard let last = rows.last else { return nil }
            return (last[0], try rows.flatMap { try SealedCheck(database, $0).problems() })
        }
    }
}

/// The check of one block.
private struct SealedCheck {
    private let database: Database
    private let row: Row
    private let point: Int64
    private let month: SealedMonth
    private let route: Route

    init(_ database: Database, _ row: Row) {
        self.database = database
        self.row = row
        point = row[1]
        month = SealedMonth(number: row[3])
        route = row[2] == 1 ? .first : .second
    }

    func problems() throws -> [VerifyProblem] {
        let block: ReadingBlock
        do { block = try ReadingQuery.block(row, at: 7) } catch let error as StoreError
            where error.code == .damaged
        {
            return [problem("sealed_block_damaged")]
        }
        let readings = block.readings
        var problems: [VerifyProblem] = []
        let (first, last, count): (Int64, Int64, Int) = (row[4], row[5], row[6])
        let isInOrder = zip(readings, readings.dropFirst()).allSatisfy { $0.comesBefore($1) }
        let isInMonth = readings.allSatisfy { month.span?.contains($0.at) == true }
        if !isInOrder || !isInMonth || readings.first?.at != first || readings.last?.at != last
            || readings.count != count
        {
            problems.append(problem("sealed_block_contradicts_itself"))
        }
        if try !hasAllCaptures(readings) { problems.append(problem("sealed_reading_without_capture")) }
        if try isStoredTwice(readings) { problems.append(problem("reading_twice")) }
        return problems
    }

    private func problem(_ check: String) -> VerifyProblem {
        VerifyProblem(
            check: check,
            detail: "\(ReadingRows.table(route)) of point \(point), month \(month.number)"
        )
    }

    private func hasAllCaptures(_ readings: [StoredReading]) throws -> Bool {
        let find = try database.cachedStatement(sql: "SELECT 1 FROM capture WHERE key = ?")
        return try Set(readings.map(\.capture)).allSatisfy { try Int.fetchOne(find, arguments: [$0]) != nil }
    }

    private func isStoredTwice(_ readings: [StoredReading]) throws -> Bool {
        guard let span = month.span else { return false }
        let rows = try ReadingRows(database, point: point, route: route).all(in: span)
        return rows.contains { row in readings.contains { $0.hasKey(of: row) } }
    }
}
