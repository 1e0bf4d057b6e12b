internal import Metering
internal import Mustache

/// The first page: every service point in one table, and what needs somebody.
struct OverviewPage {
    private let overview: Overview

    init(_ overview: Overview) {
        self.overview = overview
    }

    func html() throws -> String {
        try Layout.html(
            title: "水守 · \(overview.station)",
            refreshSeconds: 60,
            content: MustacheTemplate(string: OverviewTemplate.text).render(values)
        )
    }

    private var values: [String: Any] {
        let stopped = Set(overview.points.filter { $0.pathState.isDown }.map(\.path))
        return [
            "station": overview.station,
            "at": JapaneseText.longTime(overview.at),
            "pointCount": overview.points.count,
            "coverage": JapaneseText.percent(overview.coverageToday),
            "unresolved": overview.unresolved,
            "hasUnresolved": overview.unresolved > 0,
            "stopped": stopped.count,
            "hasStopped": !stopped.isEmpty,
            "dataUntil": overview.dataUntil.map(JapaneseText.time) ?? "まだありません",
            "dataAge": overview.dataUntil.map { JapaneseText.age(of: $0, at: overview.at) } ?? "",
            "points": overview.points.map { PointLine($0, at: overview.at) },
            "incidents": overview.incidents.inOrderOfConcern.map { IncidentLine($0) },
        ]
    }
}

/// A row of the table of points, in words; Mustache reads its properties by name.
struct PointLine {
    let point: String
    let calibre: Int
    let index: String
    let indexTime: String
    let indexAge: String
    let hasIndex: Bool
    /// Older than 48 h, after which a meter counts as silent.
    let isStale: Bool
    /// It came by the second way.
    let isBySecond: Bool
    let usage: String
    let isUsageKnown: Bool
    let coverage: String
    let isIncomplete: Bool
    let incident: IncidentLine?
    let path: String
    let pathText: String
    let pathClass: String
    let isPathUp: Bool
    let second: SecondPathLine?

    init(_ row: PointRow, at now: Instant) {
        point = row.id.rawValue
        calibre = row.calibre.millimetres
        hasIndex = row.lastReading != nil
        index = row.lastReading.map { JapaneseText.index($0.index) } ?? JapaneseText.unknown
        indexTime = row.lastReading.map { JapaneseText.time($0.at) } ?? ""
        indexAge = row.lastReading.map { JapaneseText.age(of: $0.at, at: now) } ?? ""
        isStale = row.lastReading.map { now - $0.at > 48 * 3_600 } ?? false
        isBySecond = row.lastReading?.route == .second
        isUsageKnown = row.usageToday != nil
        usage = row.usageToday.map(JapaneseText.litres) ?? JapaneseText.unknown
        coverage = JapaneseText.percent(row.coverageToday)
        isIncomplete = row.usageToday != nil && row.coverageToday.permille < 900
        incident = row.incident.map { IncidentLine($0) }
        path = row.path.rawValue
        (pathText, pathClass) = row.pathState.words
        isPathUp = row.pathState == .up
        second = row.secondPath.map { SecondPathLine($0, row.secondPathState) }
    }
}

/// The second way of a point, in words; Mustache reads its properties by name.
struct SecondPathLine {
    let path: String
    let pathText: String
    let pathClass: String

    init(_ path: Path.ID, _ state: PathState) {
        self.path = path.rawValue
        (pathText, pathClass) = state.words
    }
}

/// An incident, in words; Mustache reads its properties by name.
struct IncidentLine {
    let id: String
    let place: String
    let title: String
    let level: String
    let levelClass: String
    let state: String
    let stateClass: String
    let startedAt: String
    let openedAt: String
    let rate: String
    let volume: String

    init(_ row: IncidentRow) {
        id = row.id
        let other = row.partner.map { " (相手 \($0.rawValue))" } ?? ""
        place =
            switch row.subject {
            case .point(let id): id.rawValue + other
            case .path(let id): "経路 \(id.rawValue)"
            }
        title = row.title
        level = row.level.japanese
        levelClass = row.level.rawValue
        let closed = row.closedAt.map { " (\(JapaneseText.time($0)))" } ?? ""
        state = row.state.japanese + closed
        stateClass = row.state.rawValue
        startedAt = JapaneseText.time(row.startedAt)
        openedAt = JapaneseText.time(row.openedAt)
        rate = row.rate.map { JapaneseText.litres(.millilitres($0.millilitresPerHour)) } ?? "—"
        volume = row.volume.map(JapaneseText.litres) ?? "—"
    }
}

extension PathState {
    fileprivate var isDown: Bool {
        if case .down = self { true } else { false }
    }

    fileprivate var words: (text: String, style: String) {
        switch self {
        case .up: ("正常", "up")
        case .down(let since): ("停止 \(JapaneseText.time(since))から", "down")
        case .unknown: ("未確認", "unknown")
        }
    }
}
