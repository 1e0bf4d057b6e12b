import Acquisition
import ArgumentParser
import Console
import Decoding
import Gateway
import Metering
import Settings

/// Looks who is on a line.
struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who answers on a line, and which meter models fit them.",
        discussion: """
            Asks unit after unit, and says first how long that may take. With --settings it tries the usual rates and \
            parities as well, which only works while no gateway owns the line.
            """
    )

    @OptionGroup var folders: FolderOptions
    @OptionGroup var speech: SpeechOptions
    @Argument(help: "A line of the configuration.") var bus: String
    @Option(help: "The units to ask: 1-247, or 5, or 10-20.") var units = "1-247"
    @Option(help: "How long to wait for each answer, in milliseconds.") var timeoutMs = 200
    @Flag(help: "Try other rates, parities and stop bits too.") var settings = false

    struct Document: Encodable {
        let schema = "mizumori.scan/1"
        let line: String
        let unitsAsked: Int
        let longestS: Int64
        let found: [Unit]
    }

    struct Unit: Encodable {
        let unit: UInt8
        /// Where it was found, as fitters write it: 9600 8N1, or host and port.
        let settings: String
        @OrNull var baud: Int?
        @OrNull var parity: String?
        @OrNull var stopBits: Int?
        let fitting: [Fit]
        let untold: [String]
    }

    struct Fit: Encodable {
        let model: String
        @OrNull var serial: String?
    }

    func validate() throws {
        guard Scan.range(units) != nil else { throw ValidationError("--units: 1-247, or 5, or 10-20") }
        guard (20...60_000).contains(timeoutMs) else { throw ValidationError("--timeout-ms: 20 to 60000") }
    }

    func run() async throws {
        let voice = Voice(json: speech.json)
        let configuration = try folders.configuration(voice, command: "scan")
        let line = try configuration.line(bus, voice)
        let models = try models(voice)
        let range = Scan.range(units) ?? 1...247
        let ways = settings ? Scan.ways(of: line) : [line]
        let timeout = Duration.milliseconds(timeoutMs)
        let longest = timeout * 2 * range.count * ways.count
        voice.tell(
            "\(range.count) units, \(ways.count) setting\(ways.count == 1 ? "" : "s"): at most \(longest.components.seconds) s",
            "機器 \(range.count) 台分、通信条件 \(ways.count) 通り: 最長 \(longest.components.seconds) 秒"
        )
        var found: [Unit] = []
        for way in ways {
            found += try await look(way, range, models, timeout, voice)
        }
        let document = Document(
            line: line.id.rawValue,
            unitsAsked: range.count * ways.count,
            longestS: longest.components.seconds,
            found: found
        )
        try voice.say(document, orText: text(document, voice))
    }

    private func models(_ voice: Voice) throws -> [MeterProfile] {
        do throws(SettingsProblems) {
            return try MeterModels.load(folder: folders.meters)
        } catch {
            try voice.refuse(error, command: "scan")
        }
    }

    private func look(
        _ line: LineSettings,
        _ range: ClosedRange<UInt8>,
        _ models: [MeterProfile],
        _ timeout: Duration,
        _ voice: Voice
    ) async throws -> [Unit] {
        let access = await LineAccess.open(line.waiting(timeout), folders: folders)
        guard !(access.isRemote && settings) else {
            voice.tell(
                "A gateway owns \(line.id): stop it before other settings are tried",
                "\(line.id) は稼働中のゲートウェイが使用しています。通信条件を変えるには停止してください"
            )
            throw ExitCode.refused
        }
        let scan = LineScan(over: access.bus, models: models, timeout: timeout, cost: line.cost)
        var found: [Unit] = []
        for unit in range {
            do throws(BusError) {
                if let one = try await scan.look(at: unit) {
                    found.append(Unit(one, line))
                    voice.tell("unit \(unit) answers \(line.way)", "機器 \(unit) が応答しました \(line.way)")
                }
            } catch {
                voice.tell(error)
                throw ExitCode.failure
            }
            if unit % 50 == 0 { voice.tell("... \(unit) \(line.way)", "... \(unit) \(line.way)") }
        }
        return found
    }

    private func text(_ document: Document, _ voice: Voice) -> String {
        guard !document.found.isEmpty else { return voice.phrase("Nobody answered.", "応答した機器はありません。") }
        var table = TextTable(
            [
                voice.phrase("unit", "機器"), voice.phrase("settings", "通信条件"), voice.phrase("model", "機種"),
                voice.phrase("serial", "機器番号"),
            ],
            rightAligned: [0]
        )
        for unit in document.found {
            let way = unit.settings
            if unit.fitting.isEmpty {
                table.append(["\(unit.unit)", way, voice.phrase("none fits", "一致なし"), ""])
            }
            for fit in unit.fitting { table.append(["\(unit.unit)", way, fit.model, fit.serial ?? ""]) }
        }
        return table.render()
    }

    private static func range(_ text: String) -> ClosedRange<UInt8>? {
        let parts = text.split(separator: "-").map { UInt8($0) }
        guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2, first >= 1,
            first <= last, last <= 247
        else { return nil }
        return first...last
    }

    /// The usual settings of meters, the configured one first.
    private static func ways(of line: LineSettings) -> [LineSettings] {
        guard case .serial(let serial) = line.transport else { return [line] }
        var ways = [line]
        for baud in [9_600, 19_200, 2_400, 4_800, 38_400, 115_200, 1_200] {
            for (parity, stopBits) in [(SerialSettings.Parity.none, 1), (.even, 1), (.odd, 1), (.none, 2)] {
                let way = SerialSettings(
                    device: serial.device,
                    baud: baud,
                    parity: parity,
                    stopBits: stopBits,
                    isRS485Driven: serial.isRS485Driven
                )
                if way != serial { ways.append(line.over(.serial(way))) }
            }
        }
        return ways
    }
}

extension Scan.Unit {
    fileprivate init(_ found: LineScan.Found, _ line: LineSettings) {
        unit = found.unit
        settings = line.way
        fitting = found.fitting.map { Scan.Fit(model: $0.model.rawValue, serial: $0.serial) }
        untold = found.untold.map(\.rawValue)
        guard case .serial(let serial) = line.transport else { return }
        baud = serial.baud
        parity = serial.parity.rawValue
        stopBits = serial.stopBits
    }
}

extension LineSettings {
    /// Rate, parity and stop bits as fitters write them: 9600 8N1.
    fileprivate var way: String {
        guard case .serial(let serial) = transport else { return place }
        let parity = serial.parity == .none ? "N" : serial.parity == .even ? "E" : "O"
        return "\(serial.baud) 8\(parity)\(serial.stopBits)"
    }
}
