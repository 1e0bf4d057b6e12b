public import Metering

/// A line: how to reach it, and how long to wait on it.
public struct LineSettings: Hashable, Sendable {
    public let id: Path.ID
    public let transport: Transport
    /// The longest wait for an answer, unless a meter's model asks for more.
    public let responseTimeout: Duration

    public init(id: Path.ID, transport: Transport, responseTimeout: Duration = .milliseconds(1_000)) {
        self.id = id
        self.transport = transport
        self.responseTimeout = responseTimeout
    }

    /// What carries the frames.
    public enum Transport: Hashable, Sendable {
        case serial(SerialSettings)
        /// Modbus TCP.
        case tcp(host: String, port: Int)
        /// RTU frames, checksum included, in a TCP stream.
        case rtuOverTCP(host: String, port: Int)
    }

    /// Whether an answer carries a transaction number; without one a late answer looks like the next.
    var isRTU: Bool {
        if case .tcp = transport { false } else { true }
    }

    /// The 3.5 characters of silence that part RTU frames; 1.75 ms above 19,200 baud (Modbus over serial line 1.02, 2.5.1.1).
    public var silence: Duration {
        guard case .serial(let serial) = transport else { return .zero }
        return serial.baud > 19_200 ? .microseconds(1_750) : serial.characterTime * 7 / 2
    }

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

    public enum Parity: String, Hashable, Sendable, CaseIterable {
        case none, even, odd
    }

    public init(device: String, baud: Int = 9_600, parity: Parity = .none, stopBits: Int = 1) {
        self.device = device
        self.baud = baud
        self.parity = parity
        self.stopBits = stopBits
    }

    /// Start bit, eight data bits, parity and stop bits: 9,600 baud 8N1 takes 1.04 ms a character.
    public var characterTime: Duration {
        let bits = 9 + (parity == .none ? 0 : 1) + stopBits
        return .nanoseconds(bits * 1_000_000_000 / baud)
    }
}
