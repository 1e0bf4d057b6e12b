/// Something wrong that the data show: a judgement, made anew from the same series each time.
public struct Finding: Hashable, Sendable {
    public let subject: Subject
    public let kind: Kind
    /// The earliest instant at which it can have begun.
    public let startedAt: Instant
    /// The newest data that the judgement used.
    public let dataUntil: Instant
    /// The smallest flow that explains it; nil where flow has no meaning (silence, a jump).
    public let rate: Flow?
    /// What it let through since `startedAt`, as far as the data show.
    public let volume: Volume?
    /// The rule that saw it, with its version: `continuous-flow/1`.
    public let rule: String
    /// How much of the judged window was known.
    public let coverage: Coverage
    /// The other service point, where two are concerned.
    public let partner: ServicePoint.ID?

    public init(
        subject: Subject,
        kind: Kind,
        startedAt: Instant,
        dataUntil: Instant,
        rate: Flow? = nil,
        volume: Volume? = nil,
        rule: String,
        coverage: Coverage,
        partner: ServicePoint.ID? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.startedAt = startedAt
        self.dataUntil = dataUntil
        self.rate = rate
        self.volume = volume
        self.rule = rule
        self.coverage = coverage
        self.partner = partner
    }

    /// Where it is wrong: at a service point, or on a way by which readings come.
    public enum Subject: Hashable, Sendable, CustomStringConvertible {
        case point(ServicePoint.ID)
        case path(Path.ID)

        public var description: String {
            switch self {
            case .point(let id): id.rawValue
            case .path(let id): "path:" + id.rawValue
            }
        }

        /// Reads what `description` wrote.
        public init(_ text: String) {
            self =
                text.hasPrefix("path:")
                ? .path(Path.ID(String(text.dropFirst(5)))) : .point(ServicePoint.ID(text))
        }
    }

    /// The kinds, by the words of the exchanged files (`events.csv`, `detections.csv`).
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case leakContinuous = "leak_continuous"
        case leakIntermittent = "leak_intermittent"
        case burst
        case reverseFlow = "reverse_flow"
        case stuckMeter = "stuck_meter"
        case unannouncedExchange = "unannounced_exchange"
        case noUsage = "no_usage"
        /// A service point from which nothing comes.
        case noData = "comm_loss"
        /// An advance beyond what the pipe can carry.
        case implausibleJump = "implausible_jump"
        /// A meter's clock that stays off.
        case clockDrift = "clock_drift"
        /// A line, a feed or another path that does not answer at all.
        case pathDown = "path_down"
        /// Two ways to one meter that do not tell the same.
        case waysDisagree = "ways_disagree"
        /// The second way of one point follows another point's meter, and the reverse.
        case crossedMeters = "crossed_meters"
        /// One of two ways from which nothing comes, while the other brings readings.
        case waySilent = "way_silent"
    }
}
