import Metering

/// A trusted place on the register: the highest index so far, and when it was last confirmed.
struct Mark {
    let at: Instant
    let highest: Volume
}

/// How a reading follows a mark.
enum Advance: Equatable {
    /// Plausible usage; `highest` is where the register stands now.
    case used(Volume, UsageStep.Kind, highest: Volume)
    /// Jitter below the highest index.
    case held(below: Volume)
    case jumped(by: Volume)
    case fell(by: Volume)

    /// Whether the reading can stand in the series as it is.
    var fits: Bool {
        switch self {
        case .used, .held: true
        case .jumped, .fell: false
        }
    }
}
