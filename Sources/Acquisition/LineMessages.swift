import Decoding
import Metering

/// A question as it goes to a running gateway, which owns the line: JSON over its socket.
public struct LineQuestion: Codable, Hashable, Sendable {
    public let line: String
    public let unit: UInt8
    public let function: UInt8
    public let address: Int
    public let count: Int
    /// Other addresses and counts for the same registers.
    public let alternatives: [Span]
    public let isScan: Bool
    public let isCautious: Bool
    public let manners: Manners

    public struct Span: Codable, Hashable, Sendable {
        public let address: Int
        public let count: Int
    }

    public struct Manners: Codable, Hashable, Sendable {
        let responseTimeoutMs: Int
        let turnaroundMs: Int
        let silenceTenths: Int
        let wakeupRetries: Int
        let wakeupTimeoutMs: Int?
        let idleSleepS: Int?
    }

    init(_ question: Question, on line: Path.ID) {
        self.line = line.rawValue
        unit = question.unit
        function = question.request.function.rawValue
        address = Int(question.request.address)
        count = Int(question.request.count)
        alternatives = question.alternatives.map { Span(address: Int($0.address), count: Int($0.count)) }
        isScan = question.priority == .scan
        isCautious = question.isCautious
        let manners = question.manners
        self.manners = Manners(
            responseTimeoutMs: manners.responseTimeoutMilliseconds,
            turnaroundMs: manners.turnaroundMilliseconds,
            silenceTenths: manners.silenceTenths,
            wakeupRetries: manners.wakeupRetries,
            wakeupTimeoutMs: manners.wakeupTimeoutMilliseconds,
            idleSleepS: manners.idleSleepSeconds
        )
    }

    /// The question for the line's owner; nil for what is no read of a unit.
    public var question: Question? {
        guard (1...247).contains(unit), let function = ReadFunction(rawValue: function),
            let request = LineQuestion.request(function, address, count)
        else { return nil }
        var manners = LinkManners()
        manners.responseTimeoutMilliseconds = min(max(20, self.manners.responseTimeoutMs), 60_000)
        manners.turnaroundMilliseconds = min(max(0, self.manners.turnaroundMs), 10_000)
        manners.silenceTenths = min(max(15, self.manners.silenceTenths), 1_000)
        manners.wakeupRetries = min(max(0, self.manners.wakeupRetries), 5)
        manners.wakeupTimeoutMilliseconds = self.manners.wakeupTimeoutMs
        manners.idleSleepSeconds = self.manners.idleSleepS
        return Question(
            request,
            of: unit,
            alternatives: alternatives.prefix(8).compactMap {
                LineQuestion.request(function, $0.address, $0.count)
            },
            manners: manners,
            priority: isScan ? .scan : .person,
            isCautious: isCautious
        )
    }

    private static func request(_ function: ReadFunction, _ address: Int, _ count: Int) -> ReadRequest? {
        guard (0...65_535).contains(address), (1...(function.readsBits ? 2_000 : 125)).contains(count),
            address + count <= 65_536
        else { return nil }
        return ReadRequest(function: function, address: UInt16(address), count: UInt16(count))
    }
}

/// What became of a question: frames, or why there are none.
public struct LineAnswer: Codable, Hashable, Sendable {
    let asked: Int64?
    let answered: Int64?
    let address: Int?
    let count: Int?
    let request: [UInt8]?
    let reply: [UInt8]?
    let data: [UInt8]?
    let error: String?
    let message: String?
    let exception: UInt8?
    let waitMs: Int64?
    let received: [UInt8]?

    public init(_ exchange: Exchange) {
        asked = exchange.asked.microseconds
        answered = exchange.answered.microseconds
        address = Int(exchange.read.address)
        count = Int(exchange.read.count)
        request = exchange.request
        reply = exchange.reply
        data = exchange.data
        (error, message, exception, waitMs, received) = (nil, nil, nil, nil, nil)
    }

    public init(_ failure: BusError) {
        (asked, answered, address, count, request, reply, data) = (nil, nil, nil, nil, nil, nil, nil)
        message = failure.message
        received = failure.received
        switch failure.code {
        case .exception(let code): (error, exception, waitMs) = ("exception", code, nil)
        case .owed(let wait): (error, exception, waitMs) = ("owed", nil, wait.microseconds / 1_000)
        case .timeout: (error, exception, waitMs) = ("timeout", nil, nil)
        case .mismatch: (error, exception, waitMs) = ("mismatch", nil, nil)
        case .damaged: (error, exception, waitMs) = ("damaged", nil, nil)
        case .stranger: (error, exception, waitMs) = ("stranger", nil, nil)
        case .taken: (error, exception, waitMs) = ("taken", nil, nil)
        case .crowded: (error, exception, waitMs) = ("crowded", nil, nil)
        case .unreachable: (error, exception, waitMs) = ("unreachable", nil, nil)
        }
    }

    /// The answer to a question about `function`.
    func result(_ function: ReadFunction) throws(BusError) -> Exchange {
        if let error { throw BusError(code(error), message ?? error, received: received ?? []) }
        guard let asked, let answered, let address, let count, let request, let reply, let data,
            (0...65_535).contains(address), count >= 1, address + count <= 65_536
        else { throw BusError(.unreachable, "the gateway answered something that is no exchange") }
        return Exchange(
            read: ReadRequest(function: function, address: UInt16(address), count: UInt16(count)),
            asked: Moment(microseconds: asked),
            answered: Moment(microseconds: answered),
            request: request,
            reply: reply,
            data: data
        )
    }

    private func code(_ name: String) -> BusError.Code {
        switch name {
        case "exception": .exception(exception ?? 0)
        case "owed": .owed(.milliseconds(waitMs ?? 0))
        case "timeout": .timeout
        case "mismatch": .mismatch
        case "damaged": .damaged
        case "stranger": .stranger
        case "taken": .taken
        case "crowded": .crowded
        default: .unreachable
        }
    }
}
