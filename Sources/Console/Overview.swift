public import Metering

/// What the first page shows: the state of the pilot at one instant.
public struct Overview: Hashable, Sendable {
    public let station: String
    /// When it was put together; every age is counted from here.
    public let at: Instant
    /// The newest reading of all; nil when there is none.
    public let dataUntil: Instant?
    /// The known part of today so far, over all points.
    public let coverageToday: Coverage
    public let points: [PointRow]
    /// Those that are open or acknowledged, and the latest closed ones.
    public let incidents: [IncidentRow]

    public init(
        station: String,
        at: Instant,
        dataUntil: Instant?,
        coverageToday: Coverage,
        points: [PointRow],
        incidents: [IncidentRow]
    ) {
        self.station = station
        self.at = at
        self.dataUntil = dataUntil
        self.coverageToday = coverageToday
        self.points = points
        self.incidents = incidents
    }

    /// How many incidents nobody has ended yet.
    public var unresolved: Int {
        incidents.count { $0.state != .closed }
    }
}

/// One service point.
public struct PointRow: Hashable, Sendable, Identifiable {
    public let id: ServicePoint.ID
    public let calibre: Calibre
    /// Nil before the first reading.
    public let lastReading: LastReading?
    /// Nil when nothing of today is known, which is not zero.
    public let usageToday: Volume?
    public let coverageToday: Coverage
    /// The gravest that isn't closed.
    public let incident: IncidentRow?
    public let path: Path.ID
    public let pathState: PathState
    /// The second way; nil where there is none.
    public let secondPath: Path.ID?
    public let secondPathState: PathState

    public init(
        id: ServicePoint.ID,
        calibre: Calibre,
        lastReading: LastReading?,
        usageToday: Volume?,
        coverageToday: Coverage,
        incident: IncidentRow?,
        path: Path.ID,
        pathState: PathState,
        secondPath: Path.ID? = nil,
        secondPathState: PathState = .unknown
    ) {
        self.id = id
        self.calibre = calibre
        self.lastReading = lastReading
        self.usageToday = usageToday
        self.coverageToday = coverageToday
        self.incident = incident
        self.path = path
        self.pathState = pathState
        self.secondPath = secondPath
        self.secondPathState = secondPathState
    }

    /// What the dial showed last, and when.
    public struct LastReading: Hashable, Sendable {
        public let index: Volume
        public let at: Instant
        /// By which of the point's ways it came.
        public let route: Route

        public init(index: Volume, at: Instant, route: Route = .first) {
            self.index = index
            self.at = at
            self.route = route
        }
    }
}

/// Whether a path answers.
public enum PathState: Hashable, Sendable {
    case up
    case down(since: Instant)
    /// Not asked yet since the gateway started.
    case unknown
}
