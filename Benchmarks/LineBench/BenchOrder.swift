import Acquisition
import Decoding
import Foundation
import Metering

/// What is to be measured, and at which end, as the command line says it.
///
/// `line-bench scan|exchange|poll --serial DEVICE|--tcp HOST:PORT [--NAME NUMBER]...`
///
/// - `scan`: every unit is asked once, `--scans` times (10).
/// - `exchange`: as many single exchanges as `--exchanges` says (20,000), with all units in turn, or with `--unit` alone.
/// - `poll`: the polling service, for `--warm-up` (40) and then `--seconds` (60).
///
/// `--units` is how many there are, from unit 1 on (20).
struct BenchOrder {
    private static let usage = """
        line-bench scan|exchange|poll --serial DEVICE|--tcp HOST:PORT \
        [--units N] [--scans N] [--exchanges N] [--unit N] [--warm-up SECONDS] [--seconds SECONDS]
        """
    private static let numberNames: Set = ["units", "scans", "exchanges", "unit", "warm-up", "seconds"]

    private enum Mode: String {
        case scan, exchange, poll
    }

    private let mode: Mode
    private let transport: LineSettings.Transport
    private let numbers: [String: Int]

    init(_ words: ArraySlice<String>) throws(BenchError) {
        guard let mode = words.first.flatMap(Mode.init) else { throw BenchError(BenchOrder.usage) }
        var transport: LineSettings.Transport?
        var numbers: [String: Int] = [:]
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), let value = rest.popFirst() else {
                throw BenchError(BenchOrder.usage)
            }
            let name = String(word.dropFirst(2))
            switch name {
            case "serial": transport = .serial(SerialSettings(device: value))
            case "tcp": transport = try BenchOrder.socket(value)
            default:
                guard BenchOrder.numberNames.contains(name), let number = Int(value), number >= 1 else {
                    throw BenchError("\(word) \(value) is not known\n\(BenchOrder.usage)")
                }
                numbers[name] = number
            }
        }
        guard let transport else { throw BenchError(BenchOrder.usage) }
        guard (numbers["units"] ?? 1) <= 247, (numbers["unit"] ?? 1) <= 247 else {
            throw BenchError("a line has 247 units at most")
        }
        self.mode = mode
        self.transport = transport
        self.numbers = numbers
    }

    private static func socket(_ place: String) throws(BenchError) -> LineSettings.Transport {
        let parts = place.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port) else {
            throw BenchError("expected HOST:PORT, got '\(place)'")
        }
        return .tcp(host: String(parts[0]), port: port)
    }

    /// Measures, off the main thread, as the services of the gateway run.
    ///
    /// - Returns: one JSON object.
    /// - Throws: `BenchError`, or `BusError` when a unit that should answer does not.
    @concurrent
    func run() async throws -> String {
        let settings = LineSettings(id: Path.ID("bench"), transport: transport)
        let units = (1...(numbers["units"] ?? 20)).map { UInt8($0) }
        switch mode {
        case .scan:
            return try json(await QuestionLoop(settings, units: units).run(scans: numbers["scans"] ?? 10))
        case .exchange:
            let asked = numbers["unit"].map { [UInt8($0)] } ?? units
            let scans = max(1, (numbers["exchanges"] ?? 20_000) / asked.count)
            return try json(await QuestionLoop(settings, units: asked).run(scans: scans))
        case .poll:
            let loop = RoundLoop(settings, units: units)
            let seconds = (warmUp: numbers["warm-up"] ?? 40, measured: numbers["seconds"] ?? 60)
            return try json(await loop.run(warmUp: .seconds(seconds.warmUp), for: .seconds(seconds.measured)))
        }
    }

    private func json(_ result: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(result), as: UTF8.self)
    }
}

/// Why nothing was measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
