public import Alerting
public import Detection
public import Metering
import Normalisation
public import Storage

/// Judges one service point anew from its readings: usage, findings, and what they do to its incidents.
///
/// Keeps nothing between two judgements, so the same readings always give the same answer.
public struct Judge: Sendable {
    /// How many days of readings a judgement looks at.
    public static let windowDays = 35

    private let detector: Detector
    private let desk: IncidentDesk

    public init(rules: DetectionRules, policy: AlertPolicy) {
        detector = Detector(rules: rules)
        desk = IncidentDesk(policy: policy)
    }

    /// Everything that a judgement of one point reads.
    public struct Case: Sendable {
        /// Of the window, with what lies before it as far as it counts.
        public let past: PointPast
        /// Where the clock behind it was off.
        public let clockDrifts: [ClockDrift]
        /// What is held under another unit's number; nil when nothing is.
        public let held: HeldSummary?
        public let known: [Incident]
        public let expectedDelaySeconds: Int64
        /// The mark that this judgement settles, and the oldest instant that changed; nil when nothing is new.
        public let unjudged: UnjudgedPoint?
        /// How the point's two ways stand to each other; nil where it has one.
        public var ways: WayEvidence?

        var point: ServicePoint { past.known.point }
    }

    public func judge(_ facts: Case, at now: Instant) -> Judgement {
        let normalised = SeriesNormaliser(facts.past.context).normalise(facts.past.readings)
        let since = facts.unjudged.map { facts.past.filling.changed(since: $0.earliest) }
        let evidence = evidence(facts, normalised, at: now)
        let findings = Judge.withStranger(detector.findings(in: evidence), facts)
        let changes = desk.changes(for: findings, known: facts.known, point: facts.point, at: now)
        return Judgement(
            usageDays: Judge.days(of: normalised.series, at: facts.point.id, since: since),
            usageSince: since.map { LocalDay(containing: $0) },
            changes: changes,
            progress: facts.unjudged.map {
                Progress(
                    stage: Pipeline.stage,
                    point: facts.point.id,
                    mark: $0.mark,
                    lastReadingAt: facts.past.readings.last?.at
                )
            }
        )
    }

    /// Another number at a unit's address asks for the exchange by itself, whatever the indexes show.
    private static func withStranger(_ findings: [Finding], _ facts: Case) -> [Finding] {
        guard let held = facts.held else { return findings }
        let stranger = Finding(
            subject: .point(facts.point.id),
            kind: .unannouncedExchange,
            startedAt: held.since,
            dataUntil: max(held.since, facts.past.readings.last?.at ?? held.since),
            rule: "identity/1",
            coverage: .none
        )
        return findings.filter { $0.kind != .unannouncedExchange } + [stranger]
    }

    private func evidence(_ facts: Case, _ normalised: NormalisedSeries, at now: Instant) -> PointEvidence {
        PointEvidence(
            point: facts.point,
            dial: facts.past.context.dial,
            series: normalised.series,
            discontinuities: normalised.discontinuities,
            clockDrifts: facts.clockDrifts,
            lastReadingAt: facts.past.readings.last?.at,
            expectedDelaySeconds: facts.expectedDelaySeconds,
            judgedAt: now,
            ways: facts.ways
        )
    }

    /// The usage of every day that readings since `earliest` can have changed.
    ///
    /// A value changes the step that it ends and the one that it begins, so the day of the step that reaches
    /// `earliest` counts too.
    static func days(of series: UsageSeries, at point: ServicePoint.ID, since earliest: Instant?)
        -> [DailyUsage]
    {
        guard let earliest, let span = series.span else { return [] }
        let touched = series.firstStep(endingAfter: earliest - 1)
        let from = touched < series.steps.count ? series.steps[touched].from : earliest
        var day = LocalDay(containing: max(min(from, earliest), span.lowerBound))
        var days: [DailyUsage] = []
        while day.start < span.upperBound {
            let usage = series.usage(in: day.start..<day.advanced(by: 1).start)
            days.append(
                DailyUsage(
                    point: point,
                    day: day,
                    volume: usage.volume,
                    knownSeconds: usage.coverage.knownSeconds,
                    isUnexplained: usage.isUnexplained,
                    nightMinimum: nightMinimum(of: series, on: day)
                )
            )
            day = day.advanced(by: 1)
        }
        return days
    }

    /// The least of the four hours from 1:00 to 5:00, where each is known by readings of its own.
    private static func nightMinimum(of series: UsageSeries, on day: LocalDay) -> Volume? {
        var least: Volume?
        for hour in Int64(1)...4 {
            let from = day.start + hour * 3_600
            // In a longer step nobody knows what part of it was used in this hour.
            guard let step = series.step(at: from), step.seconds <= 2 * 3_600 else { return nil }
            let usage = series.usage(in: from..<from + 3_600)
            guard usage.coverage.knownSeconds == 3_600 else { return nil }
            least = least.map { min($0, usage.volume) } ?? usage.volume
        }
        return least
    }
}
