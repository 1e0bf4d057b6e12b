internal import Alerting
internal import FoundationEssentials
internal import GRDB
internal import Metering

/// Puts intents into the outbox, inside somebody's transaction.
struct MailWriter {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// - Returns: whether the Message-ID is new; a known one is left as it is.
    @discardableResult
    func insert(_ intent: MailIntent) throws -> Bool {
        let (purpose, incident) = MailRow.words(for: intent.purpose)
        try database.execute(
            sql: """
                INSERT INTO mail (message_id, incident_key, purpose, recipients, facts, created_utc, next_attempt_utc)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (message_id) DO NOTHING
                """,
            arguments: [
                intent.messageID, incident, purpose, try MailRow.json(intent.recipients),
                try MailRow.json(intent.facts), intent.createdAt.secondsSince1970,
            ]
        )
        return database.changesCount > 0
    }
}

/// How a mail's row is read and written.
enum MailRow {
    static let selection = """
        SELECT message_id, purpose, incident_key, recipients, facts, created_utc, frozen_bytes, attempts,
            next_attempt_utc, state, sent_utc, server_answer
        FROM mail
        """

    static func mail(_ row: Row) throws -> OutboxMail {
        let messageID: String = row[0]
        guard let purpose = purpose(row[1], incident: row[2]), let state = state(row[9], sentAt: row[10])
        else {
            throw StoreError(.damaged, "mail \(messageID) holds a word that no version wrote")
        }
        let intent = MailIntent(
            messageID: messageID,
            purpose: purpose,
            recipients: try JSONDecoder().decode([String].self, from: Data((row[3] as String).utf8)),
            createdAt: Instant(secondsSince1970: row[5]),
            facts: try JSONDecoder().decode(MailFacts.self, from: Data((row[4] as String).utf8))
        )
        let frozen: Data? = row[6]
        return OutboxMail(
            intent: intent,
            frozen: frozen.map { [UInt8]($0) },
            attempts: row[7],
            nextAttemptAt: Instant(secondsSince1970: row[8]),
            state: state,
            serverAnswer: row[11]
        )
    }

    static func words(for purpose: MailIntent.Purpose) -> (purpose: String, incident: Int64?) {
        switch purpose {
        case .incidentOpened(let id): ("incident_opened", id.number)
        case .test: ("test", nil)
        }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func purpose(_ word: String, incident: Int64?) -> MailIntent.Purpose? {
        switch (word, incident) {
        case ("incident_opened", let number?): .incidentOpened(Incident.ID(number))
        case ("test", nil): .test
        default: nil
        }
    }

    private static func state(_ word: String, sentAt: Int64?) -> OutboxMail.State? {
        switch (word, sentAt) {
        case ("waiting", nil): .waiting
        case ("sent", let seconds?): .sent(at: Instant(secondsSince1970: seconds))
        case ("given_up", nil): .givenUp
        default: nil
        }
    }
}
