public import Metering

/// Estimates, hour by hour, what readings don't tell.
///
/// - Inside a gap that two indexes close, the volume is exact and the shape unknown: it is spread by the typical
///   week of the place, or evenly where that is unknown. 90 L over three hours that typically use 10, 20 and 30
///   L/h: 15, 30 and 45 L; the parts always add up to the gap.
/// - Where no index closes, after the newest reading, and over a place that nobody has explained, a proxy: the mean
///   of the same hours of the same weekdays of four weeks before, or the mean of at least seven known days before.
///   Where neither is known there is no estimate, rather than zero.
///
/// Only steps that were read feed an estimate: the argument is a series, and an estimate is none.
public struct Estimator: Sendable {
    private let settings: EstimationSettings

    public init(settings: EstimationSettings = .shipped) {
        self.settings = settings
    }

    /// Estimates for every hour up to `end` that the series doesn't tell of.
    ///
    /// - Parameters:
    ///   - series: what was read.
    ///   - end: how far to go beyond the newest reading; not into the future.
    /// - Returns: in order of time; they lie in the series' long and unexplained steps, and after its end.
    public func estimates(for series: UsageSeries, until end: Instant) -> [EstimatedStep] {
        let week = TypicalWeek(of: series.steps.filter(isShaped), samples: settings.samples)
        let inside = series.steps.filter { !isShaped($0) }.flatMap { step in
            step.kind == .unexplained
                ? proxies(over: step.from..<step.to, after: series) : shape(of: step, by: week)
        }
        guard let last = series.span?.upperBound, last < end else { return inside }
        return inside + proxies(over: last..<end, after: series)
    }

    private func isShaped(_ step: UsageStep) -> Bool {
        step.seconds <= settings.shapedSeconds && step.kind != .unexplained
    }

    private func shape(of step: UsageStep, by week: TypicalWeek) -> [EstimatedStep] {
        let hours = (step.from..<step.to).hours
        let typical = hours.compactMap { hour in
            week.flow(at: hour.lowerBound)?.volume(inSeconds: hour.upperBound - hour.lowerBound).millilitres
        }
        guard typical.count == hours.count, typical.contains(where: { $0 > 0 }) else {
            let seconds = hours.map { $0.upperBound - $0.lowerBound }
            return Estimator.spread(step.volume, over: hours, as: seconds, .linear)
        }
        return Estimator.spread(step.volume, over: hours, as: typical, .typicalWeek)
    }

    /// The volume cut by weights, each cut made once, so that the parts add up.
    private static func spread(
        _ volume: Volume,
        over hours: [Range<Instant>],
        as weights: [Int64],
        _ method: EstimationMethod
    ) -> [EstimatedStep] {
        let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
        var weight = Int128(0)
        var before = Volume.zero
        return zip(hours, weights).map { hour, share in
            weight += Int128(share)
            let upTo = Volume.millilitres(Int64(clamping: Int128(volume.millilitres) * weight / total))
            defer { before = upTo }
            return EstimatedStep(
                from: hour.lowerBound,
                to: hour.upperBound,
                volume: upTo - before,
                method: method
            )
        }
    }

    private func proxies(over span: Range<Instant>, after series: UsageSeries) -> [EstimatedStep] {
        let oldest = span.lowerBound - settings.historyDays * 86_400
        let before = series.steps.filter {
            oldest <= $0.from && $0.to <= span.lowerBound && $0.kind != .unexplained
        }
        let week = TypicalWeek(of: before.filter(isShaped), samples: settings.samples)
        let hours = span.hours
        let flows = hours.compactMap { week.flow(at: $0.lowerBound) }
        if flows.count == hours.count { return Estimator.flowing(flows, over: hours, .sameWeekday) }
        let seconds = before.reduce(Int64(0)) { $0 + $1.seconds }
        guard seconds >= settings.knownDays * 86_400 else { return [] }
        let mean = Flow.moving(before.reduce(.zero) { $0 + $1.volume }, inSeconds: seconds)
        return Estimator.flowing(hours.map { _ in mean }, over: hours, .meanOfDays)
    }

    private static func flowing(
        _ flows: [Flow],
        over hours: [Range<Instant>],
        _ method: EstimationMethod
    ) -> [EstimatedStep] {
        zip(flows, hours).map { flow, hour in
            EstimatedStep(
                from: hour.lowerBound,
                to: hour.upperBound,
                volume: flow.volume(inSeconds: hour.upperBound - hour.lowerBound),
                method: method
            )
        }
    }
}
