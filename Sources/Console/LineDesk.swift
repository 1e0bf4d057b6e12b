public import Acquisition
import FoundationEssentials
public import Gateway
public import Hummingbird
public import Logging
public import Metering

/// The counter at which other commands on this machine ask on the lines that a running gateway owns.
///
/// HTTP over a socket in the data folder, open to its owner alone: `GET /v1/lines`, `POST /v1/exchange`. A question takes
/// its turn behind the polls; no question that writes can be expressed.
public struct LineDesk: Sendable {
    /// The socket's name in the data folder.
    public static let socketName = "gateway.sock"
    private static let mostBytes = 64 * 1_024

    private let socket: String
    private let switchboard: Switchboard
    private let counts: LineCounts
    private let logger: Logger

    public init(socket: String, switchboard: Switchboard, counts: LineCounts, logger: Logger) {
        self.socket = socket
        self.switchboard = switchboard
        self.counts = counts
        self.logger = logger
    }

    /// The server; a `Service`.
    public var application: some ApplicationProtocol {
        Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: socket),
                serverName: "mizumori"
            ),
            logger: logger
        )
    }

    private var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("/v1/lines") { [switchboard, counts] _, _ in
            try JSONAnswer(body: LinesDocument(switchboard.open, counts)).response()
        }
        router.post("/v1/exchange") { [switchboard] request, _ in
            let body = try await request.body.collect(upTo: LineDesk.mostBytes)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            guard let question = try? decoder.decode(LineQuestion.self, from: Data(body.readableBytesView)),
                let asked = question.question
            else {
                throw HTTPError(.badRequest, message: "a read of unit 1 to 247 by function 1 to 4")
            }
            let line = Path.ID(question.line)
            let answer: LineAnswer
            if let bus = switchboard.bus(of: line) {
                answer = await LineDesk.answer(asked, over: bus)
            } else {
                answer = LineAnswer(BusError(.unreachable, "the gateway polls no line \(line)"))
            }
            return try JSONAnswer(body: answer).response()
        }
        return router
    }

    private static func answer(_ question: Question, over bus: any RegisterBus) async -> LineAnswer {
        do throws(BusError) {
            return LineAnswer(try await bus.exchange(question))
        } catch {
            return LineAnswer(error)
        }
    }
}

/// What `GET /v1/lines` says.
struct LinesDocument: Encodable {
    let schema = "mizumori.lines/1"
    let lines: [String]
    let units: [UnitDocument]

    init(_ open: [Path.ID], _ counts: LineCounts) {
        lines = open.map(\.rawValue)
        units = counts.all.map { UnitDocument($0.path, $0.unit, $0.counts) }
    }
}

/// How the questions to one unit went.
public struct UnitDocument: Encodable {
    let line: String
    let unit: UInt8
    let asked: Int
    let byKind: [String: Int]
    let strays: Int
    @OrNull var lastTurnaroundUs: Int64?
    @OrNull var timeoutMs: Int64?
    @OrNull var lastAnsweredAt: String?

    public init(_ path: Path.ID, _ unit: UInt8, _ counts: UnitCounts) {
        line = path.rawValue
        self.unit = unit
        asked = counts.asked
        byKind = Dictionary(uniqueKeysWithValues: counts.byKind.map { ($0.key.description, $0.value) })
        strays = counts.strays
        lastTurnaroundUs = counts.lastTurnaround?.microseconds
        timeoutMs = counts.timeout.map { $0.microseconds / 1_000 }
        lastAnsweredAt = counts.lastAnswered?.instant.description
    }
}
