/// The wordings of all mails.
public struct MailTemplates: Sendable {
    public let incident: MailTemplate
    public let test: MailTemplate

    public init(incident: MailTemplate, test: MailTemplate) {
        self.incident = incident
        self.test = test
    }

    /// What may stand in `incident.mustache`; `config/README.md` says what each means.
    public static let incidentPlaceholders = [
        "station", "incident", "place", "calibre_mm", "kind", "severity", "rule", "started_at", "data_until",
        "detected_at", "detected_short", "rate_label", "rate_lph", "rate_lpd", "volume_label", "volume_l",
        "volume_m3", "coverage_percent", "next_steps",
    ]

    /// What may stand in `test.mustache`.
    public static let testPlaceholders = ["station", "sent_at", "sent_short"]
}
