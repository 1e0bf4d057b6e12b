public import Metering

/// One incident, as the page shows it.
public struct IncidentRow: Hashable, Sendable, Identifiable {
    /// As people name it: `INC-000123`.
    public let id: String
    public let subject: Finding.Subject
    public let kind: Finding.Kind
    /// The kind in Japanese: 漏水疑い.
    public let title: String
    public let level: Level
    public let state: State
    public let startedAt: Instant
    public let openedAt: Instant
    public let closedAt: Instant?
    public let rate: Flow?
    public let volume: Volume?
    /// The other service point, where two are concerned.
    public let partner: ServicePoint.ID?

    public init(
        id: String,
        subject: Finding.Subject,
        kind: Finding.Kind,
        title: String,
        level: Level,
        state: State,
        startedAt: Instant,
        openedAt: Instant,
        closedAt: Instant? = nil,
        rate: Flow? = nil,
        volume: Volume? = nil,
        partner: ServicePoint.ID? = nil
    ) {
        self.id = id
        self.subject = subject
        self.kind = kind
        self.title = title
        self.level = level
        self.state = state
        self.startedAt = startedAt
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.rate = rate
        self.volume = volume
        self.partner = partner
    }

    /// How soon somebody has to act; the raw values are those of the alerting room's severities.
    public enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
        case maintenance, notice, warning, urgent

        var japanese: String {
            switch self {
            case .maintenance: "保守"
            case .notice: "注意"
            case .warning: "警告"
            case .urgent: "緊急"
            }
        }

        private var rank: Int { Level.allCases.firstIndex(of: self) ?? 0 }

        public static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }
    }

    public enum State: String, Hashable, Sendable, CaseIterable {
        case open, acknowledged, closed

        var japanese: String {
            switch self {
            case .open: "未対応"
            case .acknowledged: "対応中"
            case .closed: "解消"
            }
        }
    }
}

extension [IncidentRow] {
    /// Open ones first, the gravest and newest of them first; closed ones last, the newest first.
    var inOrderOfConcern: [IncidentRow] {
        sorted { a, b in
            if (a.state == .closed) != (b.state == .closed) { return b.state == .closed }
            if a.state != .closed, a.level != b.level { return a.level > b.level }
            return (a.openedAt, a.id) > (b.openedAt, b.id)
        }
    }
}
