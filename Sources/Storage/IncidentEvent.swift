public import Metering

/// One line of an incident's history.
public struct IncidentEvent: Hashable, Sendable {
    public let at: Instant
    public let kind: Kind
    /// Who did it; nil when the data did.
    public let person: String?
    public let detail: String

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case opened
        case refreshed
        case reopened
        case closed
        case acknowledged
    }

    public init(at: Instant, kind: Kind, person: String? = nil, detail: String) {
        self.at = at
        self.kind = kind
        self.person = person
        self.detail = detail
    }
}
