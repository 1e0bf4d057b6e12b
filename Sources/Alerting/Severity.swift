/// How soon somebody has to act on an incident.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable, Codable {
    /// 保守: equipment, no water at stake.
    case maintenance
    /// 注意
    case notice
    /// 警告
    case warning
    /// 緊急
    case urgent

    /// The word that mails and pages use.
    public var japanese: String {
        switch self {
        case .maintenance: "保守"
        case .notice: "注意"
        case .warning: "警告"
        case .urgent: "緊急"
        }
    }

    public static func < (a: Severity, b: Severity) -> Bool {
        a.rank < b.rank
    }

    private var rank: Int {
        Severity.allCases.firstIndex(of: self) ?? 0
    }
}
