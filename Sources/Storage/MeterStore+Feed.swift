internal import GRDB
public import Metering

extension MeterStore {
    /// Transaction 1 for a page of a feed: captures, readings, gaps and alarms, all of the page or none; synced when it
    /// returns.
    ///
    /// As for other arrivals, what was sent twice is kept once, and nothing stored is ever overwritten.
    ///
    /// - Parameters:
    ///   - arrivals: the records of one page.
    ///   - watermark: set with the page it belongs to; it never moves backwards.
    ///   - now: the time of storing.
    /// - Returns: what became of each record, in the same order.
    /// - Throws: `.full`, `.busy` and the like; then nothing of the page is kept, and it can be stored again.
    public func store(
        page arrivals: [FeedArrival],
        advancing watermark: Watermark? = nil,
        at now: Instant
    ) async throws(StoreError) -> [ArrivalOutcome] {
        try await write("store \(arrivals.count) records of a feed") { database in
            var writer = try ArrivalWriter(database, keys, now: now)
            let extras = try FeedWriter(database, now: now)
            let outcomes = try writer.store(arrivals.map(\.arrival))
            for (arrival, outcome) in zip(arrivals, outcomes) {
                if case .stored = outcome { try extras.store(arrival) }
            }
            try writer.markTouchedPoints()
            if let watermark { try writer.advance(watermark) }
            return outcomes
        }
    }

    /// What paths themselves called missing of one point, in order; what came later than said stays in the list.
    ///
    /// - Parameters:
    ///   - point: a service point.
    ///   - range: gaps that touch it.
    /// - Returns: each gap and reason once.
    /// - Throws: when the database can't be read.
    public func missingSpans(
        of point: ServicePoint.ID,
        in range: Range<Instant>
    ) async throws(StoreError) -> [MissingSpan] {
        try await read("read the gaps of \(point)") { database in
            let sql = """
                SELECT m.from_utc, m.to_utc, m.reason FROM missing_span m
                JOIN service_point p ON p.key = m.point_key
                WHERE p.id = ? AND m.to_utc >= ? AND m.from_utc < ? ORDER BY m.from_utc, m.to_utc, m.reason
                """
            let arguments: StatementArguments = [
                point.rawValue, range.lowerBound.secondsSince1970, range.upperBound.secondsSince1970,
            ]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                MissingSpan(
                    point: point,
                    from: Instant(secondsSince1970: row[0]),
                    to: Instant(secondsSince1970: row[1]),
                    reason: MissingReason(rawValue: row[2]) ?? .unknown
                )
            }
        }
    }
}

/// Writes what a feed's record says besides its readings, inside the transaction that keeps the record.
struct FeedWriter {
    private let database: Database
    private let now: Instant
    private let register: Register
    private let erased: ErasedBefore

    init(_ database: Database, now: Instant) throws {
        self.database = database
        self.now = now
        register = Register(database)
        erased = try ErasedBefore(database)
    }

    func store(_ arrival: FeedArrival) throws {
        guard !arrival.missing.isEmpty || !arrival.alarms.isEmpty else { return }
        let path = try register.pathKey(arrival.arrival.capture.path)
        let record = arrival.arrival.capture.key
        for span in arrival.missing { try insert(span, path, record) }
        for change in arrival.alarms { try insert(change, path, record) }
    }

    private func insert(_ span: MissingSpan, _ path: Int64, _ record: String) throws {
        guard let point = try register.pointKey(span.point), try !erased.covers(span.from, of: point) else {
            return
        }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO missing_span (point_key, path_key, record_key, from_utc, to_utc, reason, stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (point_key, from_utc, to_utc, reason) DO NOTHING
                """
        )
        try statement.execute(arguments: [
            point, path, record, span.from.secondsSince1970, span.to.secondsSince1970, span.reason.rawValue,
            now.secondsSince1970,
        ])
    }

    private func insert(_ change: AlarmChange, _ path: Int64, _ record: String) throws {
        guard let point = try register.pointKey(change.point), try !erased.covers(change.at, of: point) else {
            return
        }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO alarm_change (point_key, path_key, record_key, meter_id, code, at_utc, is_raised,
                    telegram, stored_utc)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (point_key, meter_id, code, at_utc, is_raised) DO NOTHING
                """
        )
        try statement.execute(arguments: [
            point, path, record, change.meter.rawValue, change.code.rawValue, change.at.secondsSince1970,
            change.isRaised, change.telegram, now.secondsSince1970,
        ])
    }
}
