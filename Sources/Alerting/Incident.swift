public import Metering

/// One cause for concern at one place, from its first finding to its end.
///
/// There is at most one current incident of a kind at a place, however often the finding is made again.
public struct Incident: Hashable, Sendable, Identifiable {
    public let id: ID
    public let subject: Finding.Subject
    public let kind: Finding.Kind
    public let severity: Severity
    public let state: State
    /// When the gateway saw it.
    public let openedAt: Instant
    /// When it can have begun, at the earliest.
    public let startedAt: Instant
    /// The newest data that confirmed it.
    public let dataUntil: Instant
    public let closedAt: Instant?
    public let rate: Flow?
    public let volume: Volume?
    public let rule: String
    public let coverage: Coverage
    /// The other service point, where two are concerned.
    public let partner: ServicePoint.ID?

    public init(
        id: ID,
        subject: Finding.Subject,
        kind: Finding.Kind,
        severity: Severity,
        state: State,
        openedAt: Instant,
        startedAt: Instant,
        dataUntil: Instant,
        closedAt: Instant? = nil,
        rate: Flow? = nil,
        volume: Volume? = nil,
        rule: String,
        coverage: Coverage,
        partner: ServicePoint.ID? = nil
    ) {
        self.id = id
        self.subject = subject
        self.kind = kind
        self.severity = severity
        self.state = state
        self.openedAt = openedAt
        self.startedAt = startedAt
        self.dataUntil = dataUntil
        self.closedAt = closedAt
        self.rate = rate
        self.volume = volume
        self.rule = rule
        self.coverage = coverage
        self.partner = partner
    }

    public var isCurrent: Bool {
        if case .closed = state { false } else { true }
    }

    /// Where an incident stands.
    public enum State: Hashable, Sendable {
        case open
        /// Somebody has taken it on.
        case acknowledged
        case closed(CloseReason)
    }

    /// Why an incident ended.
    public enum CloseReason: String, Hashable, Sendable, CaseIterable {
        /// The data show that it is over.
        case recovered
        /// 修繕済
        case repaired
        /// 使用実態: what was seen is how the place is used.
        case usage
        /// 誤報
        case falseAlarm = "false_alarm"
        /// 未確認
        case unconfirmed
    }

    /// The number by which people name an incident: `INC-000123`.
    public struct ID: Hashable, Sendable, Comparable, CustomStringConvertible {
        public let number: Int64

        public init(_ number: Int64) {
            self.number = number
        }

        /// Reads `INC-000123`; nil for anything else.
        public init?(_ text: String) {
            guard text.hasPrefix("INC-"), let number = Int64(text.dropFirst(4)), number > 0 else {
                return nil
            }
            self.number = number
        }

        public var description: String {
            let digits = String(number)
            return "INC-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        }

        public static func < (a: ID, b: ID) -> Bool {
            a.number < b.number
        }
    }
}
