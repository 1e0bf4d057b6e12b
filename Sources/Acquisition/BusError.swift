/// Why an exchange on a line brought no answer that can be trusted.
public struct BusError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    public let message: String

    public enum Code: Hashable, Sendable {
        /// Nothing came in time.
        case timeout
        /// Something came that is no answer to this request: another unit, function or length.
        case mismatch
        /// The checksum is wrong, or the frame ended early.
        case damaged
        /// The unit refused, with its Modbus exception code.
        case exception(UInt8)
        /// The device or the host cannot be reached.
        case unreachable
        /// Another process holds the device.
        case taken
    }

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    /// Whether the unit may just have been asleep, or is silent behind a gateway (exception 11).
    var isSilence: Bool { code == .timeout || code == .exception(11) }

    /// Whether the same question may be answered if it is asked again at once: exceptions 5 and 6 mean busy.
    var isWorthAnotherTry: Bool {
        switch code {
        case .timeout, .mismatch, .damaged, .exception(5), .exception(6), .exception(11): true
        case .exception, .unreachable, .taken: false
        }
    }

    /// Whether it lies with the line as a whole, so that no other unit can answer either.
    public var isLineDown: Bool { code == .unreachable || code == .taken }
}
