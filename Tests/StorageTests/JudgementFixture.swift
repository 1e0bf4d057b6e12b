import Alerting
import Metering

@testable import Storage

func finding(
    _ kind: Finding.Kind = .leakContinuous,
    at point: ServicePoint.ID = .first,
    startedAt: Instant = moment,
    dataUntil: Instant = moment + 24 * hour,
    litresPerHour: Int64 = 20
) -> Finding {
    Finding(
        subject: .point(point),
        kind: kind,
        startedAt: startedAt,
        dataUntil: dataUntil,
        rate: .litresPerHour(litresPerHour),
        volume: .litres(litresPerHour * 24),
        rule: "continuous-flow/1",
        coverage: Coverage(knownSeconds: 80_000, totalSeconds: 86_400)
    )
}

func draft(for finding: Finding) -> MailDraft {
    let point = registered(.first).point
    let facts = MailFacts(of: finding, severity: .warning, point: point, station: "pilot", at: moment)
    return MailDraft(
        recipients: ["duty@example.jp", "night@example.jp"],
        host: "example.jp",
        createdAt: moment,
        facts: facts
    )
}

func usage(_ point: ServicePoint.ID = .first, day: Int = 0, litres: Int64 = 250) -> DailyUsage {
    let first = LocalDay(containing: moment)
    return DailyUsage(
        point: point,
        day: first.advanced(by: day),
        volume: .litres(litres),
        knownSeconds: 86_400
    )
}

func judged(upTo mark: Int64, at point: ServicePoint.ID = .first) -> Progress {
    Progress(stage: "judgement", point: point, mark: mark, lastReadingAt: moment)
}

extension Judgement {
    /// A day's usage, a leak with its mail, and progress up to `mark`.
    static func ofLeak(mark: Int64 = 1) -> Judgement {
        Judgement(
            usageDays: [usage()],
            changes: [.open(finding(), .warning, mail: draft(for: finding()))],
            progress: judged(upTo: mark)
        )
    }
}
