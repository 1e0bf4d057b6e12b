internal import Alerting
internal import GRDB
internal import Metering

/// Changes incidents inside one transaction; each change leaves a line of history.
struct IncidentWriter {
    private let database: Database
    private let now: Instant

    init(_ database: Database, now: Instant) {
        self.database = database
        self.now = now
    }

    /// - Returns: the number of the incident that the change opened.
    func apply(_ change: IncidentChange) throws -> Incident.ID? {
        switch change {
        case .open(let finding, let severity, let mail):
            return try open(finding, severity, mail: mail)
        case .refresh(let id, let finding):
            try update(id, by: finding, whereState: "state <> 'closed'", event: .refreshed)
        case .reopen(let id, let finding):
            try update(id, by: finding, whereState: "state = 'closed'", event: .reopened)
        case .close(let id, let reason):
            try close(id, reason)
        }
        return nil
    }

    func addEvent(_ event: IncidentEvent, to id: Incident.ID) throws {
        let statement = try database.cachedStatement(
            sql:
                "INSERT INTO incident_event (incident_key, at_utc, kind, person, detail) VALUES (?, ?, ?, ?, ?)"
        )
        try statement.execute(arguments: [
            id.number, event.at.secondsSince1970, event.kind.rawValue, event.person, event.detail,
        ])
    }

    /// - Returns: whether the incident was current and is closed now.
    @discardableResult
    func close(
        _ id: Incident.ID,
        _ reason: Incident.CloseReason,
        by person: String? = nil,
        note: String = ""
    ) throws -> Bool {
        try requireIncident(id)
        try database.execute(
            sql: """
                UPDATE incident SET state = 'closed', close_reason = ?, closed_utc = ?
                WHERE key = ? AND state <> 'closed'
                """,
            arguments: [reason.rawValue, now.secondsSince1970, id.number]
        )
        guard database.changesCount > 0 else { return false }
        let detail = note.isEmpty ? reason.rawValue : "\(reason.rawValue): \(note)"
        try addEvent(IncidentEvent(at: now, kind: .closed, person: person, detail: detail), to: id)
        return true
    }

    func requireIncident(_ id: Incident.ID) throws {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM incident WHERE key = ?")
        guard try Int.fetchOne(statement, arguments: [id.number]) != nil else {
            throw StoreError(.notFound, "there is no incident \(id)")
        }
    }

    private func open(_ finding: Finding, _ severity: Severity, mail: MailDraft?) throws -> Incident.ID {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO incident (subject, kind, severity, state, opened_utc, started_utc, data_until_utc,
                    rate_ml_per_hour, volume_ml, rule, known_seconds, total_seconds, partner)
                VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            finding.subject.description, finding.kind.rawValue, severity.rawValue, now.secondsSince1970,
            finding.startedAt.secondsSince1970, finding.dataUntil.secondsSince1970,
            finding.rate?.millilitresPerHour, finding.volume?.millilitres, finding.rule,
            finding.coverage.knownSeconds, finding.coverage.totalSeconds, finding.partner?.rawValue,
        ])
        let id = Incident.ID(database.lastInsertedRowID)
        try addEvent(IncidentEvent(at: now, kind: .opened, detail: finding.summary), to: id)
        if let mail { try MailWriter(database).insert(mail.intent(for: id)) }
        return id
    }

    /// Takes over what a finding says; the earliest start and the newest data stay.
    private func update(
        _ id: Incident.ID,
        by finding: Finding,
        whereState condition: String,
        event: IncidentEvent.Kind
    ) throws {
        try requireIncident(id)
        let statement = try database.cachedStatement(
            sql: """
                UPDATE incident SET state = iif(state = 'closed', 'open', state), close_reason = NULL,
                    closed_utc = NULL, started_utc = min(started_utc, ?), data_until_utc = max(data_until_utc, ?),
                    rate_ml_per_hour = ?, volume_ml = ?, rule = ?, known_seconds = ?, total_seconds = ?,
                    partner = ?
                WHERE key = ? AND \(condition)
                """
        )
        try statement.execute(arguments: [
            finding.startedAt.secondsSince1970, finding.dataUntil.secondsSince1970,
            finding.rate?.millilitresPerHour, finding.volume?.millilitres, finding.rule,
            finding.coverage.knownSeconds, finding.coverage.totalSeconds, finding.partner?.rawValue,
            id.number,
        ])
        guard database.changesCount > 0 else { return }
        try addEvent(IncidentEvent(at: now, kind: event, detail: finding.summary), to: id)
    }
}

extension Finding {
    /// What history keeps of a finding: `continuous-flow/1 until 2026-11-01T00:00:00Z, 20000 mL/h, 480000 mL`.
    fileprivate var summary: String {
        let flow = rate.map { ", \($0.millilitresPerHour) mL/h" } ?? ""
        let amount = volume.map { ", \($0.millilitres) mL" } ?? ""
        let other = partner.map { ", with \($0)" } ?? ""
        return "\(rule) until \(dataUntil)\(flow)\(amount)\(other)"
    }
}
