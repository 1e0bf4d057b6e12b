/// What people do or find at a service point, and the gateway has to know: by the words of commands and files.
public enum EventKind: String, Hashable, Sendable, CaseIterable {
    /// Somebody read the dial by eye: the whole cubic metres of its black digits.
    case handReading = "hand_reading"
    /// Water is turned on for a contract.
    case open
    /// A contract ends and water is turned off.
    case close
    /// Use is suspended for a time.
    case suspend
    /// The place is registered as empty, and no more.
    case vacant
    case occupied
    // Properties of a site that explain a flow at night; from an instant on, with or without an end.
    case tank
    case openAllDay = "open_all_day"
    case frostRunning = "frost_running"
    case snowMelting = "snow_melting"
    case fireTank = "fire_tank"
    /// The resident agrees to be watched over, and withdraws it; whom to tell is kept elsewhere.
    case consent
    case consentWithdrawn = "consent_withdrawn"
    case plannedOutage = "planned_outage"
    /// Somebody else found a leak: a resident, a neighbour, the fitter.
    case leakFound = "leak_found"

    /// The trade's word, as pages, lists and files of the waterworks write it.
    public var japanese: String {
        switch self {
        case .handReading: "目視検針"
        case .open: "開栓"
        case .close: "閉栓"
        case .suspend: "休止"
        case .vacant: "空き家"
        case .occupied: "空き家解除"
        case .tank: "受水槽"
        case .openAllDay: "24時間営業"
        case .frostRunning: "凍結防止流水"
        case .snowMelting: "融雪利用"
        case .fireTank: "消火水槽"
        case .consent: "見守り同意"
        case .consentWithdrawn: "見守り同意撤回"
        case .plannedOutage: "計画断水"
        case .leakFound: "漏水発見"
        }
    }

    /// Reads either word: `open` or `開栓`.
    public init?(word: String) {
        guard let kind = EventKind.allCases.first(where: { $0.rawValue == word || $0.japanese == word })
        else {
            return nil
        }
        self = kind
    }

    /// Whether it begins, ends or interrupts a contract.
    public var turnsContract: Bool { [.open, .close, .suspend].contains(self) }

    /// Whether it says that a place is empty, or is not.
    public var tellsVacancy: Bool { [.vacant, .occupied].contains(self) }

    /// Whether it holds for a time, which may have an end.
    public var isLasting: Bool {
        [.tank, .openAllDay, .frostRunning, .snowMelting, .fireTank, .plannedOutage].contains(self)
    }

    /// Whether it may lie ahead; all others have happened when they are recorded.
    public var mayLieAhead: Bool { self == .plannedOutage }
}
