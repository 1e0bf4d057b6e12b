/// How a meter wants to be asked on the line.
public struct LinkManners: Hashable, Sendable {
    public var responseTimeoutMilliseconds = 1_000
    /// Silence between two requests to this unit, beyond the frame's own.
    public var turnaroundMilliseconds = 20
    /// The silence that parts frames, in tenths of a character; 35 by the specification.
    public var silenceTenths = 35
    /// How many requests may be lost to waking it up.
    public var wakeupRetries = 0
    /// How long to wait for an answer to a request that may only have woken it; nil for as long as for any other.
    public var wakeupTimeoutMilliseconds: Int?
    /// After so many idle seconds it sleeps; nil when any request may find it asleep.
    public var idleSleepSeconds: Int?

    public init() {}
}

/// How often a meter may be asked at all: batteries pay for every answer.
public struct PollLimits: Hashable, Sendable {
    public var minimumSeconds = 1
    /// How often a day it may be woken; nil for as often as it is asked.
    public var mostWakeupsPerDay: Int?
    /// How often status and scale registers are read, in seconds.
    public var statusSeconds = 86_400

    public init() {}
}

/// What one request may ask of the unit.
public struct ReadLimits: Hashable, Sendable {
    public var maximumCount = 125
    public var minimumCount = 1
    /// Counts must be a multiple of this.
    public var multiple = 1
    /// Whether registers that nobody asked for may be read on the way.
    public var mayReadHoles = true
    /// Whether a request must begin at the first register of a field.
    public var startsOnField = false

    public init() {}
}

/// A part of the address space with limits of its own; no request crosses its ends.
public struct ReadRange: Hashable, Sendable {
    public let function: ReadFunction
    public let addresses: ClosedRange<Int>
    public let limits: ReadLimits
    /// Whether it can only be read from its first to its last address at once.
    public let isWhole: Bool

    public init(
        function: ReadFunction,
        addresses: ClosedRange<Int>,
        limits: ReadLimits,
        isWhole: Bool = false
    ) {
        self.function = function
        self.addresses = addresses
        self.limits = limits
        self.isWhole = isWhole
    }
}

/// How a maker's documents count addresses.
public enum AddressNumbering: String, Hashable, Sendable, CaseIterable {
    /// As they go on the wire, from 0.
    case pdu
    /// Register numbers, one more than on the wire.
    case number
    /// 00001 coils, 10001 discrete inputs, 30001 input registers, 40001 holding registers; also with six digits.
    case modicon

    /// Where a documented address lies.
    ///
    /// 40001 is holding register 0 by `modicon`; 1 is address 0 by `number`.
    ///
    /// - Parameters:
    ///   - text: decimal digits; leading zeros count for `modicon`.
    ///   - function: the function where the document names it; needed unless the number itself says it.
    /// - Returns: nil for what is no address, or one without a function.
    public func place(_ text: String, function: ReadFunction?) -> (function: ReadFunction, address: Int)? {
        guard let number = Int(text), number >= 0, text.allSatisfy(\.isNumber) else { return nil }
        switch self {
        case .pdu:
            guard let function, number <= 65_535 else { return nil }
            return (function, number)
        case .number:
            guard let function, (1...65_536).contains(number) else { return nil }
            return (function, number - 1)
        case .modicon: return AddressNumbering.modiconPlace(text, number, function)
        }
    }

    private static func modiconPlace(_ text: String, _ number: Int, _ function: ReadFunction?) -> (
        function: ReadFunction, address: Int
    )? {
        let isLong = text.count >= 6
        let table = isLong ? 100_000 : 10_000
        guard number / table <= 4, (1...(isLong ? 65_536 : 9_999)).contains(number % table) else {
            return nil
        }
        let usual: ReadFunction? =
            switch number / table {
            case 0: .coils
            case 1: .discreteInputs
            case 3: .inputRegisters
            case 4: .holdingRegisters
            default: nil
            }
        guard let function = function ?? usual else { return nil }
        return (function, number % table - 1)
    }
}
