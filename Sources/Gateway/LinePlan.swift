public import Acquisition
public import Decoding
public import Metering

/// What one line has to carry: every request, how long it takes, how often, and whether it all fits.
public struct LinePlan: Sendable {
    public let path: Path.ID
    public let units: [UnitPlan]
    /// How long a round takes in which every unit is due and answers, in milliseconds.
    public let usualMilliseconds: Int64
    /// How long the longest takes: everybody is due, has to be introduced anew, and answers at the last moment.
    public let worstMilliseconds: Int64
    /// The shortest interval of any unit, in seconds.
    public let shortestIntervalSeconds: Int64
    /// The part of the line's time that is taken, in thousandths, when everybody answers.
    public let utilisationPermille: Int64

    /// One unit's requests, and what they cost it.
    public struct UnitPlan: Sendable {
        public let unit: UInt8
        public let model: MeterProfile.ID
        public let intervalSeconds: Int64
        public let requests: [Row]
        /// How often a day it is woken or asked.
        public let wakeupsPerDay: Int64
        /// How often its model allows; nil for as often as one likes.
        public let mostWakeupsPerDay: Int64?

        /// The shortest interval that its model allows.
        public let leastIntervalSeconds: Int64

        public var isWokenTooOften: Bool {
            intervalSeconds < leastIntervalSeconds || mostWakeupsPerDay.map { wakeupsPerDay > $0 } ?? false
        }
    }

    /// One request of one unit.
    public struct Row: Sendable {
        public let purpose: PollPurpose
        public let planned: PlannedRequest
        /// Request, reply, silences and the unit's usual thinking, in microseconds.
        public let microseconds: Int64
    }

    /// Whether even the longest round ends before the next begins, and nobody is woken more often than allowed.
    public var fits: Bool {
        worstMilliseconds <= shortestIntervalSeconds * 1_000 && !units.contains(where: \.isWokenTooOften)
    }

    /// - Parameters:
    ///   - line: its settings.
    ///   - units: who hangs on it.
    public init(_ line: LineSettings, units: [PolledUnit]) {
        let clock = LineTimes(line)
        let plans = units.map { UnitPlan($0, clock) }
        path = line.id
        self.units = plans
        usualMilliseconds = plans.reduce(0) { $0 + $1.microseconds(for: .index) } / 1_000
        worstMilliseconds = zip(units, plans).reduce(0) { $0 + clock.worst($1.0, $1.1) } / 1_000
        shortestIntervalSeconds = plans.map(\.intervalSeconds).min() ?? 3_600
        utilisationPermille = plans.reduce(0) { sum, plan in
            sum + plan.microseconds(for: .index) / max(1, plan.intervalSeconds * 1_000)
        }
    }
}

extension LinePlan.UnitPlan {
    fileprivate init(_ unit: PolledUnit, _ times: LineTimes) {
        let planner = RequestPlanner(profile: unit.model, cost: times.line.cost)
        let seconds = max(1, unit.interval.components.seconds)
        let limits = unit.model.polling
        let rest = limits.statusSeconds > 0 ? 86_400 / Int64(limits.statusSeconds) : 0
        self.unit = unit.unit
        model = unit.model.id
        intervalSeconds = seconds
        requests = PollPurpose.allCases.flatMap { purpose in
            planner.requests(for: purpose, channels: unit.channels).map { planned in
                LinePlan.Row(
                    purpose: purpose,
                    planned: planned,
                    microseconds: times.microseconds(planned.request, unit.model.link)
                )
            }
        }
        // What is asked in one round finds it awake since the first request; states are read behind an index.
        wakeupsPerDay = 86_400 / seconds + (rest > 86_400 / seconds ? rest : 0)
        mostWakeupsPerDay = limits.mostWakeupsPerDay.map(Int64.init)
        leastIntervalSeconds = Int64(limits.minimumSeconds)
    }

    /// All requests of one purpose together.
    func microseconds(for purpose: PollPurpose) -> Int64 {
        requests.filter { $0.purpose == purpose }.reduce(0) { $0 + $1.microseconds }
    }
}

/// How long things take on a line.
private struct LineTimes {
    let line: LineSettings
    /// How long a unit usually thinks before it answers.
    private static let thinking = Duration.milliseconds(10)

    init(_ line: LineSettings) {
        self.line = line
    }

    func microseconds(_ request: ReadRequest, _ manners: LinkManners) -> Int64 {
        let wire = line.wireTime(characters: 8 + request.replyByteCount + 5)
        let silence = line.silence(tenths: manners.silenceTenths) + line.turnaround
        return (wire + silence * 2 + LineTimes.thinking).microseconds
    }

    /// Identity, scale and index, each answered at the last moment, and whatever waking takes.
    func worst(_ unit: PolledUnit, _ plan: LinePlan.UnitPlan) -> Int64 {
        let manners = unit.model.link
        let timeout = max(line.responseTimeout, .milliseconds(manners.responseTimeoutMilliseconds))
        let asked = plan.requests.filter { $0.purpose != .status }
        let answers = asked.reduce(Int64(0)) { sum, row in
            sum + row.microseconds + timeout.microseconds + Int64(manners.turnaroundMilliseconds) * 1_000
        }
        let wakeup = Int64(manners.wakeupTimeoutMilliseconds ?? manners.responseTimeoutMilliseconds) * 1_000
        return answers + wakeup * Int64(manners.wakeupRetries)
    }
}
