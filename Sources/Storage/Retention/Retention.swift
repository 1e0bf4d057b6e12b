public import Metering

/// Up to where each kind of data is over; nil where it is kept for ever.
public struct RetentionLimits: Hashable, Sendable {
    /// Readings before this day go, but for those that bills rest on; what was judged of each day stays.
    public let readings: LocalDay?
    /// Readings round the first midnight of a month stay from this day on; nil for all of them.
    public let billingBasis: LocalDay?
    /// Captures stored before this day lose their bytes.
    public let telegrams: LocalDay?
    /// Audit entries before this day go.
    public let audit: LocalDay?

    public init(
        readings: LocalDay? = nil,
        billingBasis: LocalDay? = nil,
        telegrams: LocalDay? = nil,
        audit: LocalDay? = nil
    ) {
        self.readings = readings
        self.billingBasis = billingBasis
        self.telegrams = telegrams
        self.audit = audit
    }
}

/// What goes, by kind and month.
public struct RetentionCount: Hashable, Sendable {
    public let kind: Kind
    /// Of measurement for readings, of storing for the others.
    public let month: LocalMonth
    /// Revisions of readings, captures, or audit entries.
    public let count: Int

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case readings, telegrams, audit

        public var japanese: String {
            switch self {
            case .readings: "毎時の指針"
            case .telegrams: "受信データの内容"
            case .audit: "操作記録"
            }
        }
    }
}

/// Why the readings of a point stay although their time is over.
public struct RetentionHold: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let reason: Reason

    public enum Reason: String, Hashable, Sendable {
        case openIncident = "open_incident"
        case unexplained
        case quarantine

        public var japanese: String {
            switch self {
            case .openIncident: "未解決の異常"
            case .unexplained: "原因未確定の指針差"
            case .quarantine: "保留中の記録"
            }
        }
    }
}

/// One act of retention as it is about to be done: whose, why and when.
public struct RetentionAct: Hashable, Sendable {
    public let number: Int64
    public let at: Instant
}
