public import Metering

/// What a person did: who, when, what, to what.
public struct AuditEntry: Hashable, Sendable {
    public let at: Instant
    /// The account or the name given with the command.
    public let person: String
    /// A verb of ours: `exchange`, `acknowledge`, `close`.
    public let action: String
    /// The service point, incident or other thing it was done to.
    public let subject: String
    public let detail: String

    public init(at: Instant, person: String, action: String, subject: String, detail: String) {
        self.at = at
        self.person = person
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}
