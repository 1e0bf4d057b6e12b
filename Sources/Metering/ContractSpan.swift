/// A time in which one contract held at a service point, or none did.
public struct ContractSpan: Hashable, Sendable {
    /// Nil for the time before anything was recorded.
    public let from: Instant?
    /// Nil while it lasts.
    public let to: Instant?
    public let state: State

    /// Whose usage it is.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Before the first event: somebody's, of whom nothing was recorded.
        case unrecorded
        case contract
        /// Use is suspended (休止).
        case suspended
        /// Turned off (閉栓); what flows is nobody's.
        case closed

        /// Whether a contract holds; nil where nobody recorded it.
        public var hasContract: Bool? {
            switch self {
            case .unrecorded: nil
            case .contract: true
            case .suspended, .closed: false
            }
        }
    }

    public init(from: Instant?, to: Instant?, state: State) {
        self.from = from
        self.to = to
        self.state = state
    }

    /// The part of `range` that lies in it; nil when none does.
    public func part(of range: Range<Instant>) -> Range<Instant>? {
        let start = max(range.lowerBound, from ?? range.lowerBound)
        let end = min(range.upperBound, to ?? range.upperBound)
        return start < end ? start..<end : nil
    }
}

/// The contracts of one service point, one after the other, by its 開栓, 閉栓 and 休止.
///
/// Turned on while it is on, a new contract begins; turned off while it is off, nothing does. What begins after a
/// suspension is a new span too: whether it is the same resident, no event tells, and the new one must not see the old
/// one's usage. At one instant turning off comes before turning on, so that the order of recording decides nothing.
public struct ContractSpans: Hashable, Sendable {
    /// In order of time, without gaps, the first from nil and the last to nil.
    public let spans: [ContractSpan]

    /// - Parameter events: of one service point, in any order; all but 開栓, 閉栓 and 休止 are passed over.
    public init(_ events: [PointEvent]) {
        let turns = events.filter(\.kind.turnsContract).sorted {
            ($0.at, ContractSpans.rank($0.kind)) < ($1.at, ContractSpans.rank($1.kind))
        }
        var states: [(from: Instant?, state: ContractSpan.State)] = [(nil, .unrecorded)]
        for turn in turns {
            let state = ContractSpans.state(after: turn.kind)
            let last = states[states.count - 1]
            if last.from == turn.at { states.removeLast() }
            guard state == .contract || states.last?.state != state else { continue }
            states.append((turn.at, state))
        }
        let ends = states.dropFirst().map(\.from) + [nil]
        spans = zip(states, ends).map { ContractSpan(from: $0.from, to: $1, state: $0.state) }
    }

    /// The span that lasts.
    public var present: ContractSpan { spans[spans.count - 1] }

    /// The span in which an instant lies.
    public func span(at instant: Instant) -> ContractSpan {
        spans.last { ($0.from ?? instant) <= instant } ?? present
    }

    private static func rank(_ kind: EventKind) -> Int {
        switch kind {
        case .close: 0
        case .suspend: 1
        default: 2
        }
    }

    private static func state(after kind: EventKind) -> ContractSpan.State {
        switch kind {
        case .close: .closed
        case .suspend: .suspended
        default: .contract
        }
    }
}
