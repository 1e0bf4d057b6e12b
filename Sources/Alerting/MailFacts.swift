public import Metering

/// What a mail may say: pseudonyms, numbers and times.
///
/// There is no field for a name, an address or an absence.
public struct MailFacts: Hashable, Sendable, Codable {
    public let station: String
    /// `INC-000123`; nil in a test mail.
    public let incident: String?
    /// The service point or the path, as its owner writes it.
    public let subject: String
    /// Nil for a path.
    public let calibreMillimetres: Int?
    /// By the words of `Finding.Kind`; nil in a test mail.
    public let kind: String?
    public let severity: Severity
    public let rule: String
    public let startedAtUTC: Int64
    public let dataUntilUTC: Int64
    public let detectedAtUTC: Int64
    public let rateMillilitresPerHour: Int64?
    public let volumeMillilitres: Int64?
    public let coveragePermille: Int64
    /// The other service point, where two are concerned.
    public let partner: String?

    /// The facts of a finding at the moment when it is told.
    public init(
        of finding: Finding,
        severity: Severity,
        point: ServicePoint?,
        station: String,
        at now: Instant
    ) {
        self.station = station
        incident = nil
        subject = point?.id.rawValue ?? finding.subject.name
        calibreMillimetres = point?.calibre.millimetres
        kind = finding.kind.rawValue
        self.severity = severity
        rule = finding.rule
        startedAtUTC = finding.startedAt.secondsSince1970
        dataUntilUTC = finding.dataUntil.secondsSince1970
        detectedAtUTC = now.secondsSince1970
        rateMillilitresPerHour = finding.rate?.millilitresPerHour
        volumeMillilitres = finding.volume?.millilitres
        coveragePermille = finding.coverage.permille
        partner = finding.partner?.rawValue
    }

    /// The facts of a test mail.
    public init(testOf station: String, at now: Instant) {
        self.station = station
        incident = nil
        subject = station
        calibreMillimetres = nil
        kind = nil
        severity = .maintenance
        rule = ""
        startedAtUTC = now.secondsSince1970
        dataUntilUTC = now.secondsSince1970
        detectedAtUTC = now.secondsSince1970
        rateMillilitresPerHour = nil
        volumeMillilitres = nil
        coveragePermille = 1_000
        partner = nil
    }

    /// The same facts about the incident that now has its number.
    func naming(_ incident: Incident.ID) -> MailFacts {
        MailFacts(self, incident: incident.description)
    }

    private init(_ facts: MailFacts, incident: String) {
        self.incident = incident
        station = facts.station
        subject = facts.subject
        calibreMillimetres = facts.calibreMillimetres
        kind = facts.kind
        severity = facts.severity
        rule = facts.rule
        startedAtUTC = facts.startedAtUTC
        dataUntilUTC = facts.dataUntilUTC
        detectedAtUTC = facts.detectedAtUTC
        rateMillilitresPerHour = facts.rateMillilitresPerHour
        volumeMillilitres = facts.volumeMillilitres
        coveragePermille = facts.coveragePermille
        partner = facts.partner
    }
}

extension Finding.Subject {
    /// The id alone, without the mark that tells a path from a service point.
    public var name: String {
        switch self {
        case .point(let id): id.rawValue
        case .path(let id): id.rawValue
        }
    }
}
