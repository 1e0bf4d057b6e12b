/// Why an exchange on a line brought no answer that can be trusted.
public struct BusError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    public let message: String
    /// What came instead of an answer; empty where nothing did.
    public let received: [UInt8]

    public enum Code: Hashable, Sendable {
        /// Nothing came in time.
        case timeout
        /// Something came that is no answer to this request: another unit, function or length.
        case mismatch
        /// The checksum is wrong, or the frame ended early.
        case damaged
        /// The unit refused, with its Modbus exception code.
        case exception(UInt8)
        /// The unit answered, and is not what it was taken for: its identity registers say otherwise.
        case stranger
        /// An answer to an earlier question may still come that could not be told from the one to this; so it was
        /// not asked. It may be asked after so long.
        case owed(Duration)
        /// The device or the host cannot be reached.
        case unreachable
        /// Another process holds the device.
        case taken
        /// Too many questions wait for the line already.
        case crowded
    }

    public init(_ code: Code, _ message: String, received: [UInt8] = []) {
        self.code = code
        self.message = message
        self.received = received
    }

    public var description: String { message }

    /// The name of its kind, for counts.
    public var kind: ExchangeKind {
        switch code {
        case .timeout: .silence
        case .mismatch: .mismatch
        case .damaged: .damaged
        case .exception(let code): .exception(code)
        case .stranger: .stranger
        case .owed, .crowded: .postponed
        case .unreachable, .taken: .lineDown
        }
    }

    /// Whether the unit may just have been asleep, or is silent behind a gateway (exception 11).
    var isSilence: Bool { code == .timeout || code == .exception(11) }

    /// Whether the same question may be answered if it is asked again: exceptions 5 and 6 mean busy.
    var isWorthAnotherTry: Bool {
        switch code {
        case .timeout, .mismatch, .damaged, .owed, .exception(5), .exception(6), .exception(10),
            .exception(11):
            true
        case .exception, .stranger, .unreachable, .taken, .crowded: false
        }
    }

    /// Whether it lies with the line as a whole, so that no other unit can answer either.
    public var isLineDown: Bool { code == .unreachable || code == .taken }
}

/// How an exchange went, for counts by unit.
public enum ExchangeKind: Hashable, Sendable, Comparable, CustomStringConvertible {
    case answered
    case silence
    case mismatch
    case damaged
    case exception(UInt8)
    case stranger
    case postponed
    case lineDown

    /// The word that JSON and metrics use.
    public var description: String {
        switch self {
        case .answered: "answered"
        case .silence: "silence"
        case .mismatch: "mismatch"
        case .damaged: "damaged"
        case .exception(let code): "exception_\(code)"
        case .stranger: "stranger"
        case .postponed: "postponed"
        case .lineDown: "line_down"
        }
    }

    /// Reads what `description` wrote.
    public init?(_ text: String) {
        let plain: [ExchangeKind] = [
            .answered, .silence, .mismatch, .damaged, .stranger, .postponed, .lineDown,
        ]
        if let kind = plain.first(where: { $0.description == text }) {
            self = kind
        } else if text.hasPrefix("exception_"), let code = UInt8(text.dropFirst(10)) {
            self = .exception(code)
        } else {
            return nil
        }
    }

    public static func < (a: ExchangeKind, b: ExchangeKind) -> Bool {
        a.description < b.description
    }
}
