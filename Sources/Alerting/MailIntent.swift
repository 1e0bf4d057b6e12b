public import Metering

/// A mail that has to go out: decided, stored with the decision, not yet rendered.
public struct MailIntent: Hashable, Sendable {
    /// Stable for ever, so that a mail sent twice can be known as one: `<inc-000123.opened@HOST>`.
    public let messageID: String
    public let purpose: Purpose
    public let recipients: [String]
    public let createdAt: Instant
    public let facts: MailFacts

    /// What a mail is for.
    public enum Purpose: Hashable, Sendable {
        case incidentOpened(Incident.ID)
        case test
    }

    public init(
        messageID: String,
        purpose: Purpose,
        recipients: [String],
        createdAt: Instant,
        facts: MailFacts
    ) {
        self.messageID = messageID
        self.purpose = purpose
        self.recipients = recipients
        self.createdAt = createdAt
        self.facts = facts
    }
}

/// A mail about an incident that has no number yet: the store gives the number, and with it the mail's identity.
public struct MailDraft: Hashable, Sendable {
    public let recipients: [String]
    /// The right-hand side of the Message-ID.
    public let host: String
    public let createdAt: Instant
    public let facts: MailFacts

    public init(recipients: [String], host: String, createdAt: Instant, facts: MailFacts) {
        self.recipients = recipients
        self.host = host
        self.createdAt = createdAt
        self.facts = facts
    }

    /// The intent for the incident that this draft is about, once it has its number.
    public func intent(for incident: Incident.ID) -> MailIntent {
        MailIntent(
            messageID: "<\(incident.description.lowercased()).opened@\(host)>",
            purpose: .incidentOpened(incident),
            recipients: recipients,
            createdAt: createdAt,
            facts: facts.naming(incident)
        )
    }
}
