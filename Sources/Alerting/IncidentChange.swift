public import Metering

/// What a judgement does to the incidents of one place.
public enum IncidentChange: Hashable, Sendable {
    /// A new incident, and the mail that tells of it; nil where nobody is told.
    case open(Finding, Severity, mail: MailDraft?)
    /// The same cause, seen again with newer data; nobody is told.
    case refresh(Incident.ID, Finding)
    /// It came back within the window in which it counts as the same; nobody is told again.
    case reopen(Incident.ID, Finding)
    case close(Incident.ID, Incident.CloseReason)
}
