/// One change of a meter's own alarm: raised, or gone again.
public struct AlarmChange: Hashable, Sendable {
    public let point: ServicePoint.ID
    /// As the path numbers it, so that an exchanged meter's alarm is not the new one's.
    public let meter: Meter.ID
    public let code: AlarmCode
    /// By the meter's clock.
    public let at: Instant
    public let isRaised: Bool
    /// What the meter sent, as far as the path passes it on: `A@@@@`; empty where it does not.
    public let telegram: String

    public init(
        point: ServicePoint.ID,
        meter: Meter.ID,
        code: AlarmCode,
        at: Instant,
        isRaised: Bool,
        telegram: String = ""
    ) {
        self.point = point
        self.meter = meter
        self.code = code
        self.at = at
        self.isRaised = isRaised
        self.telegram = telegram
    }
}

/// Whether one alarm of one meter stands, and since when.
public struct AlarmLevel: Hashable, Sendable {
    public let point: ServicePoint.ID
    public let meter: Meter.ID
    public let code: AlarmCode
    public let isRaised: Bool
    /// The first of the changes that say so without a break.
    public let since: Instant
    /// Of the newest change.
    public let telegram: String
}

extension Sequence<AlarmChange> {
    /// The state of every alarm that ever changed, by point, meter and code.
    ///
    /// Changes may come in any order and more than once: the newest by the meter's clock counts. Of two within one
    /// second the one that raises counts, since an alarm that stands too long costs a look and one that was dropped
    /// costs water. Raised at 1:00, again at 2:00, gone at 3:00 gives: gone since 3:00; without the last: raised since
    /// 1:00.
    public func levels() -> [AlarmLevel] {
        var runs: [AlarmKey: AlarmLevel] = [:]
        for change in sorted(by: AlarmChange.isEarlier) {
            let key = AlarmKey(point: change.point, meter: change.meter, code: change.code)
            let goesOn = runs[key].flatMap { $0.isRaised == change.isRaised ? $0.since : nil }
            runs[key] = AlarmLevel(
                point: change.point,
                meter: change.meter,
                code: change.code,
                isRaised: change.isRaised,
                since: goesOn ?? change.at,
                telegram: change.telegram
            )
        }
        return runs.values.sorted { ($0.point, $0.meter, $0.code) < ($1.point, $1.meter, $1.code) }
    }
}

private struct AlarmKey: Hashable {
    let point: ServicePoint.ID
    let meter: Meter.ID
    let code: AlarmCode
}

extension AlarmChange {
    fileprivate static func isEarlier(_ a: AlarmChange, _ b: AlarmChange) -> Bool {
        guard a.at == b.at else { return a.at < b.at }
        guard a.isRaised == b.isRaised else { return b.isRaised }
        return a.telegram < b.telegram
    }
}
