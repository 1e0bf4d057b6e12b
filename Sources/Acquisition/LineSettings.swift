public import Decoding
public import Metering

/// A line: how to reach it, and how long to wait on it.
public struct LineSettings: Hashable, Sendable {
    public let id: Path.ID
    public let transport: Transport
    /// The longest wait for an answer, unless a meter's model asks for more.
    public let responseTimeout: Duration
    /// The shortest wait, however quick a unit was so far.
    public let leastTimeout: Duration
    /// Silence between two frames beyond that of the characters.
    public let turnaround: Duration
    /// How old an answer may be that still comes.
    public let lateAnswers: Duration

    /// - Parameters:
    ///   - id: what installations call it.
    ///   - transport: what carries the frames.
    ///   - responseTimeout: the longest wait, unless a model asks for more.
    ///   - leastTimeout: the shortest wait.
    ///   - turnaround: silence between any two frames, beyond the 3.5 characters.
    ///   - lateAnswers: nil for five times the longest wait.
    public init(
        id: Path.ID,
        transport: Transport,
        responseTimeout: Duration = .milliseconds(1_000),
        leastTimeout: Duration = .milliseconds(100),
        turnaround: Duration = .zero,
        lateAnswers: Duration? = nil
    ) {
        self.id = id
        self.transport = transport
        self.responseTimeout = responseTimeout
        self.leastTimeout = min(leastTimeout, responseTimeout)
        self.turnaround = turnaround
        self.lateAnswers = lateAnswers ?? responseTimeout * 5
    }

    /// The same line at another end.
    public func over(_ transport: Transport) -> LineSettings {
        LineSettings(
            id: id,
            transport: transport,
            responseTimeout: responseTimeout,
            leastTimeout: leastTimeout,
            turnaround: turnaround,
            lateAnswers: lateAnswers
        )
    }

    /// The same line with a shorter or longer patience.
    public func waiting(_ responseTimeout: Duration) -> LineSettings {
        LineSettings(
            id: id,
            transport: transport,
            responseTimeout: responseTimeout,
            leastTimeout: leastTimeout,
            turnaround: turnaround
        )
    }

    /// What carries the frames.
    public enum Transport: Hashable, Sendable {
        case serial(SerialSettings)
        /// Modbus TCP.
        case tcp(host: String, port: Int)
        /// RTU frames, checksum included, in a TCP stream.
        case rtuOverTCP(host: String, port: Int)
    }

    /// Whether a device is meant, and no network.
    var isSerial: Bool {
        if case .serial = transport { true } else { false }
    }

    /// Where the line is, for messages.
    public var place: String {
        switch transport {
        case .serial(let serial): serial.device
        case .tcp(let host, let port), .rtuOverTCP(let host, let port): "\(host):\(port)"
        }
    }

    /// Whether frames carry a checksum, and no transaction number.
    var isRTU: Bool {
        if case .tcp = transport { false } else { true }
    }

    /// The silence that parts RTU frames: 3.5 characters, 1.75 ms above 19,200 baud (Modbus over serial line 1.02,
    /// 2.5.1.1), or more where a model asks for it.
    ///
    /// - Parameter tenths: of a character.
    /// - Returns: zero where no line carries the frames.
    public func silence(tenths: Int = 35) -> Duration {
        guard case .serial(let serial) = transport else { return .zero }
        let characters = serial.characterTime * max(35, tenths) / 10
        return serial.baud > 19_200 ? max(.microseconds(1_750), characters) : characters
    }

    /// What reading costs here, for plans.
    public var cost: WireCost {
        guard case .serial(let serial) = transport else {
            return WireCost(characterNanoseconds: 0, requestNanoseconds: LineSettings.usualThinking)
        }
        let silences = silence() * 2 + turnaround
        return WireCost(
            characterNanoseconds: serial.characterTime.nanoseconds,
            requestNanoseconds: silences.nanoseconds + LineSettings.usualThinking
        )
    }

    /// How long a unit usually thinks before it answers: 10 ms.
    private static let usualThinking: Int64 = 10_000_000

    /// How long `count` characters take on the wire; nothing on a socket.
    public func wireTime(characters count: Int) -> Duration {
        guard case .serial(let serial) = transport else { return .zero }
        return serial.characterTime * count
    }
}

/// A serial device with its line settings.
public struct SerialSettings: Hashable, Sendable {
    public let device: String
    public let baud: Int
    public let parity: Parity
    public let stopBits: Int
    /// Whether the kernel has to turn the adapter round between sending and listening (`TIOCSRS485`).
    public let isRS485Driven: Bool

    public enum Parity: String, Hashable, Sendable, CaseIterable {
        case none, even, odd
    }

    /// The rates that libmodbus sets; any other it would replace by 9,600 without a word.
    public static let bauds = [
        110, 300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000,
        576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000,
        4_000_000,
    ]

    public init(
        device: String,
        baud: Int = 9_600,
        parity: Parity = .none,
        stopBits: Int = 1,
        isRS485Driven: Bool = false
    ) {
        self.device = device
        self.baud = baud
        self.parity = parity
        self.stopBits = stopBits
        self.isRS485Driven = isRS485Driven
    }

    /// The same settings at another device.
    public func at(_ device: String) -> SerialSettings {
        SerialSettings(
            device: device,
            baud: baud,
            parity: parity,
            stopBits: stopBits,
            isRS485Driven: isRS485Driven
        )
    }

    /// Start bit, eight data bits, parity and stop bits: 9,600 baud 8N1 takes 1.04 ms a character.
    public var characterTime: Duration {
        let bits = 9 + (parity == .none ? 0 : 1) + stopBits
        return .nanoseconds(bits * 1_000_000_000 / baud)
    }
}
