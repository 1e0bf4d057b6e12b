import Acquisition
import Decoding
import Logging

/// Asks units in turn over one line, with nothing between the questions but what the line itself keeps.
struct QuestionLoop {
    private static let registers: UInt16 = 12

    private let line: ModbusLine
    private let questions: [Question]

    init(_ settings: LineSettings, units: [UInt8]) {
        line = ModbusLine(settings, clock: SystemLineClock(), logger: .silent)
        let request = ReadRequest(function: .inputRegisters, address: 0, count: QuestionLoop.registers)
        questions = units.map { unit in
            Question(request, of: unit, manners: .prompt, priority: .index)
        }
    }

    /// - Parameter scans: how often every unit is asked.
    /// - Returns: how long it took, and what it cost.
    /// - Throws: `BusError` from the first unit that does not answer, `BenchError` for an answer with other contents.
    func run(scans: Int) async throws -> QuestionTimes {
        var times = QuestionTimes(units: questions.count, scans: scans)
        let processor = ProcessorTime()
        for _ in 0..<scans {
            let began = ContinuousClock.now
            for question in questions {
                let asked = ContinuousClock.now
                let exchange = try await line.exchange(question)
                times.note(exchange: asked.duration(to: .now))
                try check(exchange)
            }
            times.note(scan: began.duration(to: .now))
        }
        times.processor = processor.elapsed
        return times
    }

    /// The slave's registers go up by one from each to the next.
    private func check(_ exchange: Exchange) throws(BenchError) {
        let words = stride(from: 0, to: exchange.data.count, by: 2).map { place in
            UInt16(exchange.data[place]) << 8 | UInt16(exchange.data[place + 1])
        }
        guard let first = words.first, words.last == first &+ (QuestionLoop.registers - 1) else {
            throw BenchError("a wrong answer: \(words)")
        }
    }
}

/// How long questions took.
struct QuestionTimes: Encodable {
    private let units: Int
    private var scans: [Double] = []
    private var exchanges: [Double] = []
    /// Of the whole process, for all exchanges together.
    var processor: Duration = .zero

    private enum CodingKeys: String, CodingKey {
        case exchanges
        case scan = "scan_ms"
        case exchange = "exchange_ms"
        case middle = "p50_us"
        case processor = "cpu_us"
    }

    init(units: Int, scans count: Int) {
        self.units = units
        scans.reserveCapacity(count)
        exchanges.reserveCapacity(count * units)
    }

    mutating func note(exchange duration: Duration) {
        exchanges.append(duration.inMicroseconds)
    }

    mutating func note(scan duration: Duration) {
        scans.append(duration.inMicroseconds / 1_000)
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(exchanges.count, forKey: .exchanges)
        try object.encode(scans.median, forKey: .scan)
        try object.encode(scans.median / Double(units), forKey: .exchange)
        try object.encode(exchanges.median, forKey: .middle)
        try object.encode(processor.inMicroseconds / Double(exchanges.count), forKey: .processor)
    }
}

extension LinkManners {
    /// Of a unit that wants no silence beyond the frame's own.
    static var prompt: LinkManners {
        var manners = LinkManners()
        manners.turnaroundMilliseconds = 0
        return manners
    }
}

extension Logger {
    /// What is logged would be measured with the rest.
    static var silent: Logger {
        Logger(label: "line-bench", factory: { _ in SwiftLogNoOpLogHandler() })
    }
}
