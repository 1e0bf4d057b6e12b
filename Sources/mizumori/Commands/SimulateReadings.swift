import ArgumentParser
import Foundation
import Metering
import Reporting
import Simulation

extension Simulate {
    /// Files of readings with known truth, for `evaluate`, `import` and benchmarks.
    struct Readings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hourly readings of many meters with known truth, as files."
        )

        @Option(help: "How many meters.") var meters = 100
        @Option(help: "How many days.") var days = 60
        @Option(help: "The day after the last one, as 2026-04-01; today without it.") var until: String?
        @Option(help: "The same seed gives the same water.") var seed: UInt64 = 1
        @Option(name: .customLong("resolution-l"), help: "One count of the registers in litres.")
        var resolution = 1
        @Option(help: "The folder to write.") var output: String

        func validate() throws {
            guard (1...1_000_000).contains(meters) else { throw ValidationError("--meters: 1 to 1000000") }
            guard (1...3_660).contains(days) else { throw ValidationError("--days: 1 to 3660") }
            guard [1, 10, 100].contains(resolution) else {
                throw ValidationError("--resolution-l: 1, 10 or 100")
            }
            if let until, LocalDay(until) == nil {
                throw ValidationError("--until: a day such as 2026-04-01")
            }
        }

        func run() async throws {
            let voice = Voice(json: false)
            let end = until.flatMap { LocalDay($0) } ?? LocalDay(containing: presentInstant())
            let simulated = SimulatedReadings(
                meters: meters,
                days: end.advanced(by: -days)..<end,
                seed: seed,
                resolution: .litres(Int64(resolution))
            )
            do {
                try write(simulated, voice)
            } catch {
                voice.tell("\(output): \(error)", "\(output): \(error)")
                throw ExitCode.failure
            }
            let count = simulated.hours.count * meters
            voice.tell("\(output): \(count) readings", "\(output): 指針 \(count) 件")
        }

        private func write(_ simulated: SimulatedReadings, _ voice: Voice) throws {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            let readings = try TextFile(output + "/readings.csv")
            try readings.write("meter_id,timestamp,index_l,status,received_at\n")
            let stamps = simulated.hours.map { Array(",\($0.japaneseDescription),".utf8) }
            var rows: (meters: [MeterRow], exchanges: [ExchangeRow], months: [TruthRow]) = ([], [], [])
            for number in 1...meters {
                let account = simulated.account(of: number)
                let name = Array(account.row.meter.rawValue.utf8)
                for (stamp, index) in zip(stamps, account.indexes) {
                    try readings.write(name, stamp, Array("\(index.millilitres / 1_000),OK,\n".utf8))
                }
                rows.meters.append(account.row)
                if let exchange = account.exchange { rows.exchanges.append(exchange) }
                rows.months += account.months
                if number.isMultiple(of: 100) { voice.tell("\(number) / \(meters)", "\(number) / \(meters)") }
            }
            try readings.finish()
            let files = [
                ("meters.csv", MeterRow.text(rows.meters)),
                ("exchanges.csv", ExchangeRow.text(rows.exchanges)),
                ("events.csv", EventRow.text([])), ("truth_billing.csv", TruthRow.text(rows.months)),
            ]
            for (name, text) in files {
                try text.write(toFile: output + "/" + name, atomically: true, encoding: .utf8)
            }
        }
    }
}

/// A text file that is written little by little.
private final class TextFile {
    private static let pieceBytes = 1 << 20

    private let handle: FileHandle
    private var waiting: [UInt8] = []

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteNoPermission) }
        self.handle = handle
    }

    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    func write(_ parts: [UInt8]...) throws {
        for part in parts { waiting.append(contentsOf: part) }
        guard waiting.count >= TextFile.pieceBytes else { return }
        try flush()
    }

    func finish() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        try handle.write(contentsOf: waiting)
        waiting.removeAll(keepingCapacity: true)
    }
}
