/// The name of an alarm that a meter raises by itself (アラーム情報), in the feed's canonical spelling: `LEAK_1`.
///
/// A code that no one has told us of is kept as it came; it has no flag and no Japanese name then. What makes a meter
/// raise which one is set inside it, so a code is its word and not our finding.
public struct AlarmCode: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    public init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// The flag of it in the one vocabulary of all meters; empty for a code that we do not know.
    public var status: MeterStatus { AlarmCode.known[rawValue]?.status ?? [] }

    /// What staff call it: 漏水1; nil for a code that we do not know.
    public var japanese: String? { AlarmCode.known[rawValue]?.japanese }

    /// The codes of the contract, in order.
    public static var all: [AlarmCode] { known.keys.map(AlarmCode.init).sorted() }

    public static func < (a: AlarmCode, b: AlarmCode) -> Bool {
        a.rawValue < b.rawValue
    }

    /// Names after the telegrams of 東京都 自動検針メータ通信機能仕様書 Ver 2.6A (1993); codes are the contract's.
    private static let known: [String: (status: MeterStatus, japanese: String)] = [
        "LEAK_1": (.leak, "漏水1"),
        "LEAK_2": (.leak, "漏水2"),
        "OVERFLOW": (.overflow, "過大流量"),
        "EXCESS": (.burst, "超過流量"),
        "REVERSE": (.reverse, "逆流"),
        "NO_USE_1": (.noUse, "水不使用1"),
        "NO_USE_2": (.noUse, "水不使用2"),
        "BATTERY_LOW": (.lowBattery, "電池電圧低下"),
        "TAMPER": (.tamper, "取外し"),
        "MAGNET": (.tamper, "磁気検知"),
        "CLOCK": (.clock, "時計異常"),
    ]
}
