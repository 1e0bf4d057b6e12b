internal import Metering

/// What `/api/v1/points` answers; `JSONAnswer` writes its keys in snake_case.
struct PointsDocument: Encodable {
    let schema = "mizumori.points/1"
    let station: String
    let at: String
    @OrNull private(set) var dataUntil: String?
    let coverageTodayKnownS: Int64
    let coverageTodayTotalS: Int64
    let incidentsOpen: Int
    let points: [Point]
    let incidents: [Incident]

    init(_ overview: Overview) {
        station = overview.station
        at = overview.at.description
        dataUntil = overview.dataUntil?.description
        coverageTodayKnownS = overview.coverageToday.knownSeconds
        coverageTodayTotalS = overview.coverageToday.totalSeconds
        incidentsOpen = overview.unresolved
        points = overview.points.map { Point($0, at: overview.at) }
        incidents = overview.incidents.inOrderOfConcern.map { Incident($0) }
    }

    struct Point: Encodable {
        let servicePoint: String
        let calibreMm: Int
        @OrNull private(set) var indexMl: Int64?
        @OrNull private(set) var indexAt: String?
        @OrNull private(set) var indexAgeS: Int64?
        @OrNull private(set) var usageTodayMl: Int64?
        let coverageTodayKnownS: Int64
        let coverageTodayTotalS: Int64
        @OrNull private(set) var incident: String?
        let path: String
        let pathState: String
        @OrNull private(set) var pathDownSince: String?
        @OrNull private(set) var indexWay: String?
        @OrNull private(set) var secondPath: String?
        @OrNull private(set) var secondPathState: String?
        @OrNull private(set) var secondPathDownSince: String?

        init(_ row: PointRow, at now: Instant) {
            servicePoint = row.id.rawValue
            calibreMm = row.calibre.millimetres
            indexMl = row.lastReading?.index.millilitres
            indexAt = row.lastReading?.at.description
            indexAgeS = row.lastReading.map { now - $0.at }
            usageTodayMl = row.usageToday?.millilitres
            coverageTodayKnownS = row.coverageToday.knownSeconds
            coverageTodayTotalS = row.coverageToday.totalSeconds
            incident = row.incident?.id
            path = row.path.rawValue
            pathState = row.pathState.word
            pathDownSince = row.pathState.downSince?.description
            indexWay = row.lastReading?.route.word
            secondPath = row.secondPath?.rawValue
            secondPathState = row.secondPath.map { _ in row.secondPathState.word }
            secondPathDownSince = row.secondPathState.downSince?.description
        }
    }

    struct Incident: Encodable {
        let id: String
        let subject: String
        let kind: String
        let severity: String
        let state: String
        let startedAt: String
        let openedAt: String
        @OrNull private(set) var closedAt: String?
        @OrNull private(set) var rateMlPerHour: Int64?
        @OrNull private(set) var volumeMl: Int64?
        @OrNull private(set) var partner: String?

        init(_ row: IncidentRow) {
            id = row.id
            subject = row.subject.description
            kind = row.kind.rawValue
            severity = row.level.rawValue
            state = row.state.rawValue
            startedAt = row.startedAt.description
            openedAt = row.openedAt.description
            closedAt = row.closedAt?.description
            rateMlPerHour = row.rate?.millilitresPerHour
            volumeMl = row.volume?.millilitres
            partner = row.partner?.rawValue
        }
    }
}

extension Route {
    fileprivate var word: String {
        switch self {
        case .first: "first"
        case .second: "second"
        }
    }
}

extension PathState {
    fileprivate var word: String {
        switch self {
        case .up: "up"
        case .down: "down"
        case .unknown: "unknown"
        }
    }

    fileprivate var downSince: Instant? {
        if case .down(let since) = self { since } else { nil }
    }
}
