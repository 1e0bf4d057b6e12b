/// What a person did or found, where, when, and why it is recorded.
///
/// Known by place, kind and instant: recorded again with other words, the later record counts and the earlier stays.
public struct PointEvent: Hashable, Sendable {
    public let place: Place
    public let kind: EventKind
    public let at: Instant
    /// Where it ends; nil for what has no end, or whose end is not known.
    public let until: Instant?
    /// What the dial showed: whole cubic metres of a hand reading, nil for all other kinds.
    public let index: Volume?
    /// The number of an application or a decision, who found a leak by what; never a name or an address.
    public let detail: String
    /// Who did it or says so.
    public let by: String
    public let reason: String

    /// Where it happened.
    public enum Place: Hashable, Sendable, CustomStringConvertible {
        case point(ServicePoint.ID)
        /// All service points of a district, by its name in the register.
        case area(String)

        public var description: String {
            switch self {
            case .point(let id): id.rawValue
            case .area(let name): "area:\(name)"
            }
        }
    }

    public init(
        place: Place,
        kind: EventKind,
        at: Instant,
        until: Instant? = nil,
        index: Volume? = nil,
        detail: String = "",
        by: String,
        reason: String
    ) {
        self.place = place
        self.kind = kind
        self.at = at
        self.until = until
        self.index = index
        self.detail = detail
        self.by = by
        self.reason = reason
    }

    /// The point, where it is one.
    public var point: ServicePoint.ID? {
        if case .point(let id) = place { id } else { nil }
    }

    /// What forbids to keep it; empty when it can be kept.
    ///
    /// - Parameter now: what has happened lies at most five minutes behind it.
    /// - Returns: field, what is expected there, what was found; one for each thing that is wrong.
    public func problems(at now: Instant) -> [EventProblem] {
        var problems: [EventProblem] = []
        func expect(_ holds: Bool, _ field: EventProblem.Field, _ found: String) {
            if !holds { problems.append(EventProblem(field: field, kind: kind, found: found)) }
        }
        expect(kind.mayLieAhead || at <= now + 300, .at, at.japaneseDescription)
        if let until {
            expect(kind.isLasting && until > at, .until, until.japaneseDescription)
        }
        let isWhole = index.map { $0 >= .zero && $0.millilitres % 1_000_000 == 0 } ?? false
        let hasIndex = kind == .handReading ? isWhole : index == nil
        expect(hasIndex, .index, index?.description ?? "nothing")
        expect(point != nil || kind == .plannedOutage, .place, place.description)
        expect(!detail.isEmpty || kind != .consent, .detail, "nothing")
        expect(!by.isEmpty, .by, "nothing")
        expect(!reason.isEmpty, .reason, "nothing")
        return problems
    }
}

/// Why an event cannot be kept.
public struct EventProblem: Hashable, Sendable {
    public let field: Field
    public let kind: EventKind
    public let found: String

    /// The fields by their names in files.
    public enum Field: String, Hashable, Sendable {
        case place = "service_point"
        case at
        case until
        case index = "index_m3"
        case detail
        case by
        case reason
    }

    public var expected: String {
        switch field {
        case .place: "a service point; only planned_outage may name an area"
        case .at: "an instant that has passed"
        case .until: kind.isLasting ? "an instant after at" : "nothing for \(kind.rawValue)"
        case .index: kind == .handReading ? "whole m3" : "nothing for \(kind.rawValue)"
        case .detail: "the number of the application"
        case .by, .reason: "a text"
        }
    }

    public var japaneseExpected: String {
        switch field {
        case .place: "水栓番号 (地区は計画断水のみ)"
        case .at: "過去の日時"
        case .until: kind.isLasting ? "at より後の日時" : "\(kind.japanese) では空欄"
        case .index: kind == .handReading ? "整数の m3" : "\(kind.japanese) では空欄"
        case .detail: "申込番号"
        case .by, .reason: "文字"
        }
    }
}
