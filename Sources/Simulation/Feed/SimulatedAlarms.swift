import Metering

/// One change of a simulated meter's own alarm.
struct SimulatedAlarm: Hashable, Sendable {
    let point: ServicePoint.ID
    let meter: Meter.ID
    let code: AlarmCode
    let at: Instant
    let isRaised: Bool

    /// Alarms are passed on within two minutes.
    var deliveredAt: Instant { at + 97 }

    /// The changes that follow from what was planted: a meter that saw no quiet hour for a day raises 漏水1, and takes it
    /// back an hour after the first quiet one.
    ///
    /// - Parameters:
    ///   - truth: leaks and when they ended.
    ///   - points: whose meters tell.
    /// - Returns: in order of delivery.
    static func changes(in truth: Truth, of points: [ServicePoint.ID]) -> [SimulatedAlarm] {
        let leaks = truth.events.filter { $0.kind == .leakContinuous && points.contains($0.point) }
        return leaks.flatMap { leak -> [SimulatedAlarm] in
            let start = leak.from + 86_400
            func change(_ at: Instant, _ isRaised: Bool) -> SimulatedAlarm {
                SimulatedAlarm(
                    point: leak.point,
                    meter: leak.meter,
                    code: AlarmCode("LEAK_1"),
                    at: at,
                    isRaised: isRaised
                )
            }
            guard start < leak.to else { return [] }
            let isOver = leak.to < truth.span.upperBound
            return [change(start, true)] + (isOver ? [change(leak.to + 3_600, false)] : [])
        }.sorted { ($0.deliveredAt, $0.point) < ($1.deliveredAt, $1.point) }
    }
}
