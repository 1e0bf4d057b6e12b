import Acquisition
import Decoding
import Glibc
import Logging
import Metering

/// A line that is asked, and the script at its other end.
struct LineFixture {
    let script: ScriptedLine
    let line: ModbusLine
    let settings: LineSettings

    /// A serial line over a pseudo-terminal.
    init(_ answers: [ScriptedLine.Answer] = []) throws {
        let link = "/tmp/mizumori-line-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let serial = SerialSettings(device: link)
        try self.init(TerminalEnd(link: link), .serial(serial), answers)
    }

    /// A line over a socket.
    init(
        over transport: (Int) -> LineSettings.Transport,
        _ answers: [ScriptedLine.Answer] = []
    ) throws {
        let end = try SocketEnd()
        let chosen = transport(end.port)
        try self.init(end, chosen, answers)
    }

    private init(
        _ end: sending any PeerEnd,
        _ transport: LineSettings.Transport,
        _ answers: [ScriptedLine.Answer]
    ) throws {
        settings = LineSettings(id: "line", transport: transport)
        script = ScriptedLine(end, script: answers)
        line = LineFixture.owner(settings, script)
    }

    static func owner(_ settings: LineSettings, _ clock: any LineClock) -> ModbusLine {
        ModbusLine(settings, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The device that the line opens.
    var device: String {
        if case .serial(let serial) = settings.transport { serial.device } else { "" }
    }

    /// Whether somebody else could take the device now.
    static func canLock(_ device: String) -> Bool {
        let descriptor = open(device, O_RDONLY | O_NOCTTY | O_NONBLOCK)
        defer { close(descriptor) }
        return descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// What `line` says when it is asked in vain; empty when it answers.
    static func failure(of line: ModbusLine) async -> String {
        do throws(BusError) {
            _ = try await line.exchange(Question(Frames.request, of: Frames.unit))
            return ""
        } catch {
            return error.message
        }
    }

    /// The data of the answer, or why there is none; asked later where an earlier answer may still come.
    func ask(
        _ request: ReadRequest = Frames.request,
        _ manners: LinkManners = LinkManners(),
        alternatives: [ReadRequest] = []
    ) async -> Result<[UInt8], BusError> {
        while true {
            do throws(BusError) {
                let question = Question(
                    request,
                    of: Frames.unit,
                    alternatives: alternatives,
                    manners: manners
                )
                return .success(try await line.exchange(question).data)
            } catch {
                guard case .owed(let wait) = error.code else { return .failure(error) }
                script.pause(for: wait)
            }
        }
    }
}

extension Result where Failure == BusError {
    var code: BusError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }

    var value: Success? { try? get() }
}

extension LineSettings {
    init(id: String, transport: Transport) {
        self.init(id: Path.ID(id), transport: transport, responseTimeout: .milliseconds(1_000))
    }
}
