import Console
import Metering

/// A pilot made up for the tests: nothing in it is random.
enum MadeUp {
    static let now = Instant(secondsSince1970: 1_769_288_400)  // 2026-01-25T06:00+09:00

    static func incident(
        _ number: Int,
        at point: String = "S-00017",
        title: String = "漏水疑い",
        level: IncidentRow.Level = .warning,
        state: IncidentRow.State = .open,
        openedAt: Instant = now - 3_600
    ) -> IncidentRow {
        IncidentRow(
            id: "INC-00012\(number)",
            subject: .point(ServicePoint.ID(point)),
            kind: .leakContinuous,
            title: title,
            level: level,
            state: state,
            startedAt: openedAt - 24 * 3_600,
            openedAt: openedAt,
            closedAt: state == .closed ? now - 60 : nil,
            rate: .litresPerHour(12),
            volume: .litres(1_288)
        )
    }

    static func point(
        _ name: String = "S-00017",
        lastReading: PointRow.LastReading? = .init(index: .millilitres(1_234_567_890), at: now - 3_600),
        usageToday: Volume? = .millilitres(288_400),
        coverageToday: Coverage = Coverage(knownSeconds: 20_000, totalSeconds: 21_600),
        incident: IncidentRow? = nil,
        path: String = "line-a",
        pathState: PathState = .up
    ) -> PointRow {
        PointRow(
            id: ServicePoint.ID(name),
            calibre: Calibre(millimetres: 20),
            lastReading: lastReading,
            usageToday: usageToday,
            coverageToday: coverageToday,
            incident: incident,
            path: Path.ID(path),
            pathState: pathState
        )
    }

    static func overview(
        station: String = "柏崎市 スマートメーター実証",
        points: [PointRow] = [point()],
        incidents: [IncidentRow] = []
    ) -> Overview {
        Overview(
            station: station,
            at: now,
            dataUntil: now - 3_600,
            coverageToday: Coverage(knownSeconds: 985, totalSeconds: 1_000),
            points: points,
            incidents: incidents
        )
    }

    /// Twenty rows on two lines and a feed, with what can go wrong.
    static var pilot: Overview {
        let incidents = [
            incident(1, at: "S-00004"),
            incident(2, at: "S-00011", title: "破裂・出しっ放し疑い", level: .urgent, openedAt: now - 7_200),
            incident(3, at: "S-00015", title: "欠測", level: .maintenance, state: .acknowledged),
            incident(4, at: "S-00007", title: "逆流疑い", level: .notice),
            incident(5, at: "S-00002", state: .closed, openedAt: now - 9 * 86_400),
        ]
        let points = (1...20).map { number in
            let name = "S-000" + (number < 10 ? "0" : "") + "\(number)"
            let isFeed = number > 12
            let at = now - (isFeed ? 6 * 3_600 : 0) - (number == 15 ? 5 * 86_400 : 120)
            let isOnStoppedLine = (7...12).contains(number)
            return point(
                name,
                lastReading: number == 20
                    ? nil : .init(index: .millilitres(Int64(number * number * 7_919) * 43_210), at: at),
                usageToday: number == 15 || number == 20 ? nil : .litres(Int64(number * 37 % 240)),
                coverageToday: number == 15 || number == 20
                    ? Coverage(knownSeconds: 0, totalSeconds: 21_600)
                    : Coverage(knownSeconds: isOnStoppedLine ? 14_400 : 21_600, totalSeconds: 21_600),
                incident: incidents.first {
                    $0.subject == .point(ServicePoint.ID(name)) && $0.state != .closed
                },
                path: isFeed ? "denryoku" : isOnStoppedLine ? "line-b" : "line-a",
                pathState: isOnStoppedLine ? .down(since: now - 7_000) : number == 20 ? .unknown : .up
            )
        }
        return overview(points: points, incidents: incidents)
    }

    static let paths = [
        PathHealth(id: Path.ID("line-a"), isUp: true, since: now - 86_400),
        PathHealth(id: Path.ID("line \"b\"\\"), isUp: false, since: now - 600, detail: "no answer"),
        PathHealth(id: Path.ID("feed"), isUp: nil, since: nil),
    ]

    static func health(paths: [PathHealth] = paths, failing: Int = 0) -> Health {
        Health(
            paths: paths,
            outbox: OutboxHealth(waiting: 2, failing: failing, oldestAgeSeconds: 90),
            lastCommit: now - 30,
            readings: 28_800,
            incidentsOpen: 3
        )
    }

    static let counts = Counts(
        readings: 28_800,
        captures: 30_000,
        quarantined: 4,
        mailsWaiting: 2,
        mailsFailing: 1,
        incidentsOpen: 3,
        lastCommit: now,
        paths: paths
    )
}
