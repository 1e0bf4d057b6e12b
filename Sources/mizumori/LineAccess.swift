import Acquisition
import ArgumentParser
import Console
import Decoding
import Gateway
import Metering
import Settings
import Synchronization

/// A line on which a command asks: through the gateway that owns it, or by itself where none runs.
struct LineAccess: Sendable {
    let line: LineSettings
    let bus: any RegisterBus
    /// Whether a running gateway owns the line.
    let isRemote: Bool
    /// What went over the wire, where the command itself owns the line.
    let log: EventLog

    static func open(_ line: LineSettings, folders: FolderOptions) async -> LineAccess {
        let socket = folders.data + "/" + LineDesk.socketName
        let log = EventLog()
        if await RemoteLine.isAlive(at: socket) {
            return LineAccess(
                line: line,
                bus: RemoteLine(socket: socket, line: line.id),
                isRemote: true,
                log: log
            )
        }
        let owner = ModbusLine(line, clock: SystemLineClock(), logger: stationLogger(quiet: true)) {
            log.note($0)
        }
        return LineAccess(line: line, bus: LineQueue(owner), isRemote: false, log: log)
    }
}

/// Everything that was tried on a line, in order.
final class EventLog: Sendable {
    private let kept = Mutex<[LineEvent]>([])

    var events: [LineEvent] { kept.withLock { $0 } }

    func note(_ event: LineEvent) {
        kept.withLock { $0.append(event) }
    }
}

/// A wired meter of the configuration, with everything that is needed to ask it.
struct WiredMeter: Sendable {
    let installation: Installation
    let wiring: Installation.Wiring
    let model: MeterProfile
    let line: LineSettings

    /// The meter of a service point or of a maker's number; another name ends the command.
    static func find(_ name: String, in configuration: Configuration, _ voice: Voice) throws -> WiredMeter {
        let found = configuration.pilot.installations.first {
            $0.point.id.rawValue == name || $0.meter.id.rawValue == name
        }
        guard let found, let wiring = found.ways.compactMap(\.source.wiring).first,
            let model = configuration.pilot.profiles[wiring.model],
            let line = configuration.settings.lines.first(where: { $0.id == wiring.path })
        else {
            voice.tell("\(name): no wired meter of this name", "\(name): 該当する有線メーターがありません")
            throw ExitCode.refused
        }
        return WiredMeter(installation: found, wiring: wiring, model: model, line: line)
    }

    /// Asks it by its own model.
    func interview(over bus: any RegisterBus) -> Interview {
        Interview(over: bus, unit: wiring.unit, model: model)
    }
}

extension Configuration {
    /// A line by its name; another name ends the command.
    func line(_ name: String, _ voice: Voice) throws -> LineSettings {
        guard let line = settings.lines.first(where: { $0.id.rawValue == name }) else {
            let known = settings.lines.map(\.id.rawValue).joined(separator: ", ")
            voice.tell(
                "\(name): no line of this name; there are: \(known)",
                "\(name): 該当する回線がありません(回線: \(known))"
            )
            throw ExitCode.refused
        }
        return line
    }
}

/// Bytes as people compare them: `01 03 00 0A`.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
}

/// A volume as a dial shows it: 1,234,567 L is 1234.567.
func cubicMetres(_ volume: Volume) -> String {
    let sign = volume < .zero ? "-" : ""
    let litres = volume.millilitres.magnitude / 1_000
    return sign + "\(litres / 1_000)." + String(litres % 1_000 + 1_000).dropFirst()
}

/// Reads a dial in m3: `1234.567`.
func dialVolume(_ text: String) -> Volume? {
    guard let decimal = ExactDecimal(text), decimal.coefficient >= 0 else { return nil }
    return decimal.rounded(toUnitsOf: -6).map { .millilitres($0) }
}

/// Reads an instant as files have it, in Japan where it has no zone: `2026-03-01T10:00`, `R8.3.1 10:00`.
func parsedInstant(_ text: String) -> Instant? {
    JapaneseDate.instant(text)
}
