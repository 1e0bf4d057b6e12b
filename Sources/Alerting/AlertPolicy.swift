public import Metering

/// Who is told of what: severities, recipients, and how long a recovered incident counts as the same.
public struct AlertPolicy: Hashable, Sendable {
    /// The name that mails carry.
    public let station: String
    /// The right-hand side of every Message-ID.
    public let host: String
    /// Addresses by severity; a severity without an entry is told nobody.
    public let recipients: [Severity: [String]]
    public let reopenDays: Int

    public init(station: String, host: String, recipients: [Severity: [String]], reopenDays: Int = 7) {
        self.station = station
        self.host = host
        self.recipients = recipients
        self.reopenDays = reopenDays
    }

    var reopenSeconds: Int64 { Int64(reopenDays) * 86_400 }

    /// How grave a finding is, by its kind.
    public func severity(of finding: Finding) -> Severity {
        switch finding.kind {
        case .burst: .urgent
        case .leakContinuous, .reverseFlow, .unannouncedExchange, .implausibleJump: .warning
        case .leakIntermittent, .noUsage: .notice
        case .stuckMeter, .noData, .clockDrift, .pathDown, .waysDisagree, .crossedMeters, .waySilent:
            .maintenance
        }
    }

    func draft(
        for finding: Finding,
        _ severity: Severity,
        point: ServicePoint?,
        at now: Instant
    ) -> MailDraft? {
        // A line or a feed that is down is on the page and in the list; its meters' silence is what gets told.
        guard finding.kind != .pathDown, let addresses = recipients[severity], !addresses.isEmpty else {
            return nil
        }
        return MailDraft(
            recipients: addresses,
            host: host,
            createdAt: now,
            facts: MailFacts(of: finding, severity: severity, point: point, station: station, at: now)
        )
    }
}
