public import Alerting
internal import FoundationEssentials
internal import GRDB
public import Metering

extension MeterStore {
    /// Puts a mail that belongs to no judgement into the outbox: a test, the morning's report.
    ///
    /// - Returns: whether its Message-ID is new; a known one is left as it is.
    @discardableResult
    public func enqueue(_ intent: MailIntent) async throws(StoreError) -> Bool {
        try await write("put \(intent.messageID) into the outbox") { try MailWriter($0).insert(intent) }
    }

    /// The mails whose time has come, the longest waiting first.
    public func dueMail(at now: Instant, limit: Int = 50) async throws(StoreError) -> [OutboxMail] {
        try await mail(
            where: "state = 'waiting' AND next_attempt_utc <= ? ORDER BY next_attempt_utc, key LIMIT ?",
            arguments: [now.secondsSince1970, limit]
        )
    }

    /// When the next mail is due; nil when none waits.
    public func nextMailDue() async throws(StoreError) -> Instant? {
        try await read("read the outbox") { database in
            let sql = "SELECT min(next_attempt_utc) FROM mail WHERE state = 'waiting'"
            return try Int64.fetchOne(database, sql: sql).map { Instant(secondsSince1970: $0) }
        }
    }

    /// One mail, wherever it stands.
    public func mail(messageID: String) async throws(StoreError) -> OutboxMail? {
        try await mail(where: "message_id = ?", arguments: [messageID]).first
    }

    /// The mails about an incident, the oldest first.
    public func mail(about incident: Incident.ID) async throws(StoreError) -> [OutboxMail] {
        try await mail(where: "incident_key = ? ORDER BY key", arguments: [incident.number])
    }

    /// Keeps the rendered message before its first attempt, so that every attempt sends the same bytes.
    ///
    /// - Returns: the bytes to send: those given, or those frozen before.
    /// - Throws: `.notFound` when the outbox has no such mail.
    public func freeze(messageID: String, _ bytes: [UInt8]) async throws(StoreError) -> [UInt8] {
        try await write("freeze \(messageID)") { database in
            let sql = """
                UPDATE mail SET frozen_bytes = coalesce(frozen_bytes, ?) WHERE message_id = ? RETURNING frozen_bytes
                """
            guard let frozen = try Data.fetchOne(database, sql: sql, arguments: [Data(bytes), messageID])
            else {
                throw StoreError(.notFound, "the outbox has no mail \(messageID)")
            }
            return [UInt8](frozen)
        }
    }

    /// Notes that the server took a mail; it is never due again.
    ///
    /// - Throws: `.notFound` when no frozen mail of this Message-ID waits.
    public func markSent(messageID: String, answer: String, at now: Instant) async throws(StoreError) {
        try await settle(
            messageID,
            "SET state = 'sent', sent_utc = ?1, server_answer = ?2, attempts = attempts + 1",
            [now.secondsSince1970, answer]
        )
    }

    /// Notes that an attempt failed, and when to try again.
    ///
    /// - Parameters:
    ///   - messageID: the mail that was tried.
    ///   - answer: what the server, or the way to it, said.
    ///   - nextAttempt: nil gives the mail up.
    /// - Throws: `.notFound` when no frozen mail of this Message-ID waits.
    public func markFailed(
        messageID: String,
        answer: String,
        nextAttempt: Instant?
    ) async throws(StoreError) {
        try await settle(
            messageID,
            """
            SET next_attempt_utc = coalesce(?1, next_attempt_utc), state = iif(?1 IS NULL, 'given_up', 'waiting'),
                server_answer = ?2, attempts = attempts + 1
            """,
            [nextAttempt?.secondsSince1970, answer]
        )
    }

    /// How many mails stand where.
    public func outboxCounts() async throws(StoreError) -> OutboxCounts {
        try await read("count the outbox") { database in
            let sql = """
                SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'sent'),
                    count(*) FILTER (WHERE state = 'given_up'),
                    count(*) FILTER (WHERE state = 'waiting' AND attempts > 0),
                    min(created_utc) FILTER (WHERE state = 'waiting')
                FROM mail
                """
            guard let row = try Row.fetchOne(database, sql: sql) else { return OutboxCounts() }
            let since: Int64? = row[4]
            return OutboxCounts(
                waiting: row[0],
                sent: row[1],
                givenUp: row[2],
                retrying: row[3],
                waitingSince: since.map { Instant(secondsSince1970: $0) }
            )
        }
    }

    private func mail(
        where condition: String,
        arguments: StatementArguments
    ) async throws(StoreError) -> [OutboxMail] {
        try await read("read the outbox") { database in
            let sql = MailRow.selection + " WHERE " + condition
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(MailRow.mail)
        }
    }

    private func settle(
        _ messageID: String,
        _ change: String,
        _ arguments: StatementArguments
    ) async throws(StoreError) {
        try await write("settle \(messageID)") { database in
            try database.execute(
                sql:
                    "UPDATE mail \(change) WHERE message_id = ?3 AND state = 'waiting' AND frozen_bytes IS NOT NULL",
                arguments: arguments + [messageID]
            )
            guard database.changesCount > 0 else {
                throw StoreError(.notFound, "no frozen mail \(messageID) waits in the outbox")
            }
        }
    }
}
