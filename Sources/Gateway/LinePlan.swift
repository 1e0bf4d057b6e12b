public import Acquisition
public import Decoding
public import Metering

/// What one line has to carry in a round: every request, how long it takes, and whether the rounds fit.
public struct LinePlan: Sendable {
    public let path: Path.ID
    public let requests: [Row]
    /// How long a round takes when everybody answers, in milliseconds.
    public let usualMilliseconds: Int64
    /// How long it takes when nobody answers and everything is tried twice.
    public let worstMilliseconds: Int64
    /// Of the interval, in thousandths, when everybody answers.
    public let utilisationPermille: Int64

    /// One request of one unit.
    public struct Row: Sendable {
        public let unit: UInt8
        public let model: MeterProfile.ID
        public let purpose: PollPurpose
        public let planned: PlannedRequest
        /// Request, reply and silences on the wire, in milliseconds.
        public let milliseconds: Int64
    }

    /// - Parameters:
    ///   - line: its settings.
    ///   - pilot: who hangs on it.
    ///   - pollSeconds: the grid.
    public init(_ line: LineSettings, pilot: Pilot, pollSeconds: Int) {
        var rows: [Row] = []
        var worst: Int64 = 0
        for (unit, model, channels) in pilot.units(on: line.id) {
            let planner = RequestPlanner(profile: model)
            for purpose in PollPurpose.allCases {
                for planned in planner.requests(for: purpose, channels: channels) {
                    let time = LinePlan.milliseconds(planned.request, on: line, model.link)
                    rows.append(
                        Row(
                            unit: unit,
                            model: model.id,
                            purpose: purpose,
                            planned: planned,
                            milliseconds: time
                        )
                    )
                }
            }
            // A silent unit costs its first request, as often as it is tried.
            let timeout = Int64(
                max(line.responseTimeout.microseconds / 1_000, Int64(model.link.responseTimeoutMilliseconds))
            )
            worst +=
                (timeout + Int64(model.link.turnaroundMilliseconds)) * 2 * Int64(model.link.wakeupRetries + 1)
        }
        path = line.id
        requests = rows
        usualMilliseconds = rows.filter { $0.purpose == .index }.reduce(0) { $0 + $1.milliseconds }
        worstMilliseconds = worst
        utilisationPermille = usualMilliseconds / Int64(pollSeconds)
        fits = worst <= Int64(pollSeconds) * 1_000
    }

    /// Whether even the worst round ends before the next begins.
    public let fits: Bool

    private static func milliseconds(_ request: ReadRequest, on line: LineSettings, _ manners: LinkManners)
        -> Int64
    {
        let characters = 8 + request.replyByteCount + 5
        let wire = line.wireTime(characters: characters) + line.silence
        let silence = max(line.silence, .milliseconds(manners.turnaroundMilliseconds))
        return (wire + silence).microseconds / 1_000 + 1
    }
}
