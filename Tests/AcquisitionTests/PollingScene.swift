import Acquisition
import Decoding
import Metering
import Synchronization

/// A line of scripted units on a clock that jumps, with everything that happened written down.
final class PollingScene: RegisterBus {
    /// Answers one question, or says why not; the number counts the unit's questions from 0.
    typealias Answer = @Sendable (ReadRequest, Int) throws(BusError) -> [UInt8]

    let clock: JumpingClock
    let log = HeardLog()
    private let model: MeterProfile
    private let answers: Mutex<[UInt8: Answer]>
    private let diary = Mutex<[String]>([])
    private let counts = Mutex<[UInt8: Int]>([:])
    private let reports = Mutex<[RoundReport]>([])

    init(_ clock: JumpingClock, _ answers: [UInt8: Answer], model: MeterProfile = PollingScene.model) {
        self.clock = clock
        self.model = model
        self.answers = Mutex(answers)
    }

    /// What happened, in order: `10:00:00 ask 1 index`.
    var events: [String] { diary.withLock { $0 } }
    var rounds: [RoundReport] { reports.withLock { $0 } }

    func events(_ kind: String) -> [String] {
        events.filter { $0.contains(" \(kind) ") }
    }

    func note(_ event: String) {
        diary.withLock { $0.append("\(clock.timeOfDay) \(event)") }
    }

    func exchange(_ question: Question) async throws(BusError) -> Exchange {
        let (request, unit) = (question.request, question.unit)
        note("ask \(unit) \(PollingScene.names[request.address] ?? "?")")
        let asked = clock.moment
        let number = counts.withLock { counts in
            defer { counts[unit, default: 0] += 1 }
            return counts[unit, default: 0]
        }
        clock.advance(by: .milliseconds(100))
        guard let answer = answers.withLock({ $0[unit] }) else { throw BusError(.timeout, "silent") }
        let data = try answer(request, number)
        return Exchange(
            read: request,
            asked: asked,
            answered: clock.moment,
            request: request.pdu,
            reply: data,
            data: data
        )
    }

    /// Polls until the clock ends it.
    ///
    /// - Parameters:
    ///   - interval: of the rounds.
    ///   - deliver: what becomes of an answer.
    /// - Throws: what the service throws.
    func poll(
        every interval: Duration = .seconds(3_600),
        deliver: @escaping @Sendable (UnitAnswer) async throws -> DeliveryVerdict = { _ in .done }
    ) async throws {
        let units = answers.withLock { $0.keys.sorted() }
        let polling = LinePolling(
            LineSettings(id: "line", transport: .tcp(host: "nowhere", port: 502)),
            over: self,
            roster: { [model] in
                PollRoster(
                    version: 1,
                    units: units.map {
                        PolledUnit(unit: $0, model: model, channels: [1], interval: interval)
                    }
                )
            },
            clock: clock,
            now: { [clock] in clock.moment },
            deliver: { [self] answer in
                note("deliver \(answer.unit) \(answer.isConfirmation ? "confirmation" : "answer")")
                let verdict = try await deliver(answer)
                note("stored \(answer.unit)")
                return verdict
            },
            roundEnded: { [self] report in
                note("round ended")
                reports.withLock { $0.append(report) }
            },
            logger: log.logger
        )
        try await polling.run()
    }

    /// Identity 42, scale code 1, index 7.
    static let good: Answer = { (request, _) throws(BusError) in
        switch names[request.address] {
        case "identity": [0, 42]
        case "scale": [0, 1]
        case "alarms": [0, 0]
        default: [0, 0, 0, 7]
        }
    }

    static let silent: Answer = { (_, _) throws(BusError) in throw BusError(.timeout, "silent") }

    /// One register that must be 42, one with the unit of the index, two with the index.
    static let model = model(status: [])

    /// The same with a register of alarms that is read with every index, and lies before it.
    static let alarmed = model(status: [StatusRule(field: "alarms", test: .bit(0), flag: .leak)])

    private static func model(status: [StatusRule]) -> MeterProfile {
        MeterProfile(
            id: MeterProfile.ID("model"),
            title: "a model",
            sources: [],
            link: LinkManners(),
            limits: ReadLimits(),
            fields: [
                "identity": RegisterField(
                    name: "identity",
                    function: .holdingRegisters,
                    address: 0,
                    type: .uint16
                ),
                "scale": RegisterField(
                    name: "scale",
                    function: .holdingRegisters,
                    address: 500,
                    type: .uint16
                ),
                "alarms": RegisterField(
                    name: "alarms",
                    function: .inputRegisters,
                    address: 900,
                    type: .uint16
                ),
                "index": RegisterField(
                    name: "index",
                    function: .inputRegisters,
                    address: 1_000,
                    type: .uint32
                ),
            ],
            channels: [
                1: MeterChannel(
                    index: VolumeExpression(
                        terms: [VolumeExpression.Term("index")],
                        unit: .register(field: "scale", litres: ["1": .one])
                    )
                )
            ],
            status: status,
            identity: [IdentityCheck(field: "identity", values: ["42"])]
        )
    }

    private static let names: [UInt16: String] = [0: "identity", 500: "scale", 900: "alarms", 1_000: "index"]
}
