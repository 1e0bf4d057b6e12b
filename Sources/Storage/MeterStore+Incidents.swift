public import Alerting
internal import GRDB
public import Metering

extension MeterStore {
    /// Incidents in the order of their numbers.
    ///
    /// - Parameters:
    ///   - currentOnly: leave out the closed ones.
    ///   - openedSince: leave out those opened before.
    /// - Returns: the chosen ones.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func incidents(
        currentOnly: Bool = false,
        openedSince: Instant? = nil
    ) async throws(StoreError) -> [Incident] {
        try await incidents(
            where: "(state <> 'closed' OR NOT ?) AND opened_utc >= ?",
            arguments: [currentOnly, openedSince?.secondsSince1970 ?? .min]
        )
    }

    /// One place's incidents: the current ones and those closed at `closedSince` or later.
    public func incidents(
        of subject: Finding.Subject,
        currentOrClosedSince closedSince: Instant
    ) async throws(StoreError) -> [Incident] {
        try await incidents(
            where: "subject = ? AND (closed_utc IS NULL OR closed_utc >= ?)",
            arguments: [subject.description, closedSince.secondsSince1970]
        )
    }

    /// The current incidents of some kinds, in the order of their numbers.
    public func currentIncidents(of kinds: [Finding.Kind]) async throws(StoreError) -> [Incident] {
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        return try await incidents(
            where: "state <> 'closed' AND kind IN (\(marks))",
            arguments: StatementArguments(kinds.map(\.rawValue))
        )
    }

    public func incident(_ id: Incident.ID) async throws(StoreError) -> Incident? {
        try await incidents(where: "key = ?", arguments: [id.number]).first
    }

    /// An incident's history, the oldest first.
    public func history(of id: Incident.ID) async throws(StoreError) -> [IncidentEvent] {
        try await read("read the history of \(id)") { database in
            let sql =
                "SELECT at_utc, kind, person, detail FROM incident_event WHERE incident_key = ? ORDER BY key"
            return try Row.fetchAll(database, sql: sql, arguments: [id.number]).map { row in
                guard let kind = IncidentEvent.Kind(rawValue: row[1]) else {
                    throw StoreError(.damaged, "the history of \(id) holds an event that no version wrote")
                }
                return IncidentEvent(
                    at: Instant(secondsSince1970: row[0]),
                    kind: kind,
                    person: row[2],
                    detail: row[3]
                )
            }
        }
    }

    /// Notes that a person has taken an incident on, with history and audit in one transaction.
    ///
    /// - Throws: `.notFound` when there is none of this number, `.failed` when it is closed.
    public func acknowledge(
        _ id: Incident.ID,
        by person: String,
        note: String = "",
        at now: Instant
    ) async throws(StoreError) {
        try await write("acknowledge \(id)") { database in
            let incidents = IncidentWriter(database, now: now)
            try incidents.requireIncident(id)
            try database.execute(
                sql: "UPDATE incident SET state = 'acknowledged' WHERE key = ? AND state <> 'closed'",
                arguments: [id.number]
            )
            guard database.changesCount > 0 else { throw StoreError(.failed, "\(id) is closed already") }
            let event = IncidentEvent(at: now, kind: .acknowledged, person: person, detail: note)
            try incidents.addEvent(event, to: id)
            try database.insert(
                AuditEntry(
                    at: now,
                    person: person,
                    action: "acknowledge",
                    subject: id.description,
                    detail: note
                )
            )
        }
    }

    /// Closes an incident for a person's reason, with history and audit in one transaction.
    ///
    /// - Throws: `.notFound` when there is none of this number, `.failed` when it is closed already.
    public func close(
        _ id: Incident.ID,
        _ reason: Incident.CloseReason,
        by person: String,
        note: String = "",
        at now: Instant
    ) async throws(StoreError) {
        try await write("close \(id)") { database in
            let incidents = IncidentWriter(database, now: now)
            guard try incidents.close(id, reason, by: person, note: note) else {
                throw StoreError(.failed, "\(id) is closed already")
            }
            let detail = note.isEmpty ? reason.rawValue : "\(reason.rawValue): \(note)"
            try database.insert(
                AuditEntry(at: now, person: person, action: "close", subject: id.description, detail: detail)
            )
        }
    }

    private func incidents(
        where condition: String,
        arguments: StatementArguments
    ) async throws(StoreError) -> [Incident] {
        try await read("read incidents") { database in
            let sql = """
                SELECT key, subject, kind, severity, state, close_reason, opened_utc, started_utc, data_until_utc,
                    closed_utc, rate_ml_per_hour, volume_ml, rule, known_seconds, total_seconds, partner
                FROM incident WHERE \(condition) ORDER BY key
                """
            let statement = try database.cachedStatement(sql: sql)
            return try Row.fetchAll(statement, arguments: arguments).map { try Incident($0) }
        }
    }
}

extension Incident {
    fileprivate init(_ row: Row) throws {
        let number: Int64 = row[0]
        let id = Incident.ID(number)
        let word: String = row[4]
        let reason: String? = row[5]
        guard let kind = Finding.Kind(rawValue: row[2]), let severity = Severity(rawValue: row[3]),
            let state = Incident.State(word, reason: reason)
        else { throw StoreError(.damaged, "\(id) holds a word that no version wrote") }
        let closedAt: Int64? = row[9]
        let rate: Int64? = row[10]
        let volume: Int64? = row[11]
        let partner: String? = row[15]
        self.init(
            id: id,
            subject: Finding.Subject(row[1]),
            kind: kind,
            severity: severity,
            state: state,
            openedAt: Instant(secondsSince1970: row[6]),
            startedAt: Instant(secondsSince1970: row[7]),
            dataUntil: Instant(secondsSince1970: row[8]),
            closedAt: closedAt.map { Instant(secondsSince1970: $0) },
            rate: rate.map { .millilitresPerHour($0) },
            volume: volume.map { .millilitres($0) },
            rule: row[12],
            coverage: Coverage(knownSeconds: row[13], totalSeconds: row[14]),
            partner: partner.map { ServicePoint.ID($0) }
        )
    }
}

extension Incident.State {
    fileprivate init?(_ word: String, reason: String?) {
        switch word {
        case "open": self = .open
        case "acknowledged": self = .acknowledged
        case "closed":
            guard let reason = reason.flatMap({ Incident.CloseReason(rawValue: $0) }) else { return nil }
            self = .closed(reason)
        default: return nil
        }
    }
}
