internal import GRDB
public import Metering

/// An event that shall be kept, with what the gateway found about it.
public struct EventRecord: Hashable, Sendable {
    public let event: PointEvent
    public let held: RecordedEvent.Hold?

    public init(_ event: PointEvent, held: RecordedEvent.Hold? = nil) {
        self.event = event
        self.held = held
    }
}

extension MeterStore {
    /// Keeps events of people with their audit entries, in one transaction: all of them or none.
    ///
    /// An event recorded again unchanged changes nothing; with other words, a new revision counts and the old one stays.
    /// The point counts as unjudged from the event on.
    ///
    /// - Returns: for each event its number and whether anything was new, in the same order.
    /// - Throws: `.notFound` when a point is not registered.
    @discardableResult
    public func record(
        _ events: [EventRecord],
        at now: Instant
    ) async throws(StoreError) -> [(id: RecordedEvent.ID, isNew: Bool)] {
        try await write("record \(events.count) events") { database in
            let writer = EventWriter(database, now: now)
            return try events.map { try writer.record($0) }
        }
    }

    /// Withdraws an event with an audit entry; the event stays, and counts no more.
    ///
    /// - Throws: `.notFound` when there is none of this number, `.failed` when it is withdrawn already.
    public func withdraw(
        _ id: RecordedEvent.ID,
        by person: String,
        reason: String,
        at now: Instant
    ) async throws(StoreError) {
        try await write("withdraw \(id)") { database in
            try EventWriter(database, now: now).withdraw(id, by: person, reason: reason)
        }
    }

    /// Events in order of time, each as it was last recorded.
    ///
    /// - Parameters:
    ///   - point: a service point, with the events of its area; nil for all.
    ///   - since: only what happened at this instant or later; nil for all.
    ///   - includingWithdrawn: tell those too that count no more.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: one event a place, kind and instant.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func events(
        of point: ServicePoint.ID? = nil,
        since: Instant? = nil,
        includingWithdrawn: Bool = false,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [RecordedEvent] {
        try await read("read events") { database in
            let sql = """
                SELECT e.key, p.id, e.area, e.kind, e.at_utc, r.until_utc, r.index_ml, r.detail, r.recorded_by,
                    r.reason, r.revision, r.is_withdrawn, r.held, r.stored_utc
                FROM event e JOIN event_revision r ON r.event_key = e.key
                LEFT JOIN service_point p ON p.key = e.point_key
                WHERE r.revision = (SELECT max(n.revision) FROM event_revision n
                        WHERE n.event_key = e.key AND n.stored_utc <= ?1)
                    AND (?2 IS NULL OR p.id = ?2
                        OR e.area = (SELECT area FROM service_point WHERE id = ?2 AND area <> ''))
                    AND (?3 OR r.is_withdrawn = 0) AND e.at_utc >= ?4
                ORDER BY e.at_utc, e.key
                """
            let arguments: StatementArguments = [
                asOf?.secondsSince1970 ?? .max, point?.rawValue, includingWithdrawn,
                since?.secondsSince1970 ?? .min,
            ]
            let statement = try database.cachedStatement(sql: sql)
            return try Row.fetchAll(statement, arguments: arguments).map { try RecordedEvent($0) }
        }
    }

    /// The contracts of a service point by what is recorded.
    public func contracts(
        of point: ServicePoint.ID,
        asOf: Instant? = nil
    ) async throws(StoreError) -> ContractSpans {
        ContractSpans(try await events(of: point, asOf: asOf).map(\.event))
    }
}

extension RecordedEvent {
    init(_ row: Row) throws {
        let number: Int64 = row[0]
        let point: String? = row[1]
        let held: String? = row[12]
        guard let kind = EventKind(rawValue: row[3]) else {
            throw StoreError(.damaged, "event \(number) is of a kind that no version wrote")
        }
        let (until, index): (Int64?, Int64?) = (row[5], row[6])
        self.init(
            id: ID(number),
            event: PointEvent(
                place: point.map { .point(ServicePoint.ID($0)) } ?? .area(row[2]),
                kind: kind,
                at: Instant(secondsSince1970: row[4]),
                until: until.map { Instant(secondsSince1970: $0) },
                index: index.map { .millilitres($0) },
                detail: row[7],
                by: row[8],
                reason: row[9]
            ),
            revision: row[10],
            isWithdrawn: row[11],
            held: held.flatMap { Hold(rawValue: $0) },
            recordedAt: Instant(secondsSince1970: row[13])
        )
    }
}
