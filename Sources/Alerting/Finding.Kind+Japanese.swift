public import Metering

extension Finding.Kind {
    /// What people call it, in mails and on pages.
    ///
    /// A leak is only ever suspected (漏水疑い) until somebody has been there; a name that tells of absence is avoided.
    public var japanese: String {
        switch self {
        case .leakContinuous: "漏水疑い"
        case .leakIntermittent: "漏水疑い(断続)"
        case .burst: "破裂・出しっ放し疑い"
        case .reverseFlow: "逆流疑い"
        case .stuckMeter: "指針停滞"
        case .unannouncedExchange: "指針低下(交換記録なし)"
        case .noUsage: "使用状況の変化"
        case .noData: "欠測"
        case .implausibleJump: "指針の過大な増加"
        case .clockDrift: "時計のずれ"
        case .pathDown: "通信断"
        case .waysDisagree: "二経路の指針不一致"
        case .crossedMeters: "計器の取り違え疑い"
        case .waySilent: "片方の経路の欠測"
        }
    }
}
