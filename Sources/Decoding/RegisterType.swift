/// How a value is laid out in registers.
public enum RegisterType: Hashable, Sendable {
    /// A number in the low byte of one register; the high byte means nothing.
    case uint8, int8
    case uint16, int16
    /// A number in the low three bytes of two registers; the highest byte means nothing.
    case uint24, int24
    case uint32, int32
    case uint48, int48
    case uint64, int64
    case float32, float64
    /// Decimal digits, four in a register.
    case bcd16, bcd32, bcd48, bcd64
    /// Text of so many registers, two characters each.
    case ascii(registers: Int)
    /// Text of so many registers, one character each, in the low byte.
    case characters(registers: Int)
    /// One coil or discrete input.
    case bit

    public var registerCount: Int {
        switch self {
        case .uint8, .int8, .uint16, .int16, .bcd16, .bit: 1
        case .uint24, .int24, .uint32, .int32, .float32, .bcd32: 2
        case .uint48, .int48, .bcd48: 3
        case .uint64, .int64, .float64, .bcd64: 4
        case .ascii(let registers), .characters(let registers): registers
        }
    }

    /// How many bits of the registers make a whole number; nil for what is none.
    var integerBits: Int? {
        switch self {
        case .bit: 1
        case .uint8, .int8: 8
        case .uint16, .int16: 16
        case .uint24, .int24: 24
        case .uint32, .int32: 32
        case .uint48, .int48: 48
        case .uint64, .int64: 64
        case .float32, .float64, .bcd16, .bcd32, .bcd48, .bcd64, .ascii, .characters: nil
        }
    }

    var isSigned: Bool {
        switch self {
        case .int8, .int16, .int24, .int32, .int48, .int64: true
        default: false
        }
    }

    public var isText: Bool {
        switch self {
        case .ascii, .characters: true
        default: false
        }
    }

    /// Whether single bits of it can be asked for.
    public var hasBits: Bool { integerBits != nil }

    /// The name in meter models: `uint32`, `ascii16`, `chars8`.
    public init?(_ name: String) {
        if let count = RegisterType.count(in: name, after: "ascii") {
            self = .ascii(registers: count)
        } else if let count = RegisterType.count(in: name, after: "chars") {
            self = .characters(registers: count)
        } else if let type = RegisterType.named.first(where: { $0.name == name })?.type {
            self = type
        } else {
            return nil
        }
    }

    private static func count(in name: String, after prefix: String) -> Int? {
        guard name.hasPrefix(prefix), let count = Int(name.dropFirst(prefix.count)), (1...64).contains(count)
        else { return nil }
        return count
    }

    /// The names of all types, those of texts by their pattern.
    public static var names: [String] { named.map(\.name) + ["asciiN", "charsN"] }

    private static let named: [(name: String, type: RegisterType)] = [
        ("uint8", .uint8), ("int8", .int8), ("uint16", .uint16), ("int16", .int16), ("uint24", .uint24),
        ("int24", .int24), ("uint32", .uint32), ("int32", .int32), ("uint48", .uint48), ("int48", .int48),
        ("uint64", .uint64), ("int64", .int64), ("float32", .float32), ("float64", .float64),
        ("bcd16", .bcd16), ("bcd32", .bcd32), ("bcd48", .bcd48), ("bcd64", .bcd64), ("bit", .bit),
    ]
}
