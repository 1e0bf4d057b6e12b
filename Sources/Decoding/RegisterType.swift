/// How a value is laid out in registers.
public enum RegisterType: Hashable, Sendable {
    /// An unsigned number in the low byte of one register.
    case uint8
    case uint16, int16
    case uint32, int32
    case uint48
    case uint64, int64
    case float32, float64
    /// Decimal digits, four in a register.
    case bcd16, bcd32, bcd48
    /// Text of so many registers, two characters each.
    case ascii(registers: Int)
    /// One coil or discrete input.
    case bit

    public var registerCount: Int {
        switch self {
        case .uint8, .uint16, .int16, .bcd16, .bit: 1
        case .uint32, .int32, .float32, .bcd32: 2
        case .uint48, .bcd48: 3
        case .uint64, .int64, .float64: 4
        case .ascii(let registers): registers
        }
    }

    /// The name in meter models: `uint32`, `ascii16`.
    public init?(_ name: String) {
        if name.hasPrefix("ascii"), let count = Int(name.dropFirst(5)), (1...64).contains(count) {
            self = .ascii(registers: count)
        } else if let type = RegisterType.named[name] {
            self = type
        } else {
            return nil
        }
    }

    /// The names of all types of a fixed width.
    public static var names: [String] { named.keys.sorted() }

    private static let named: [String: RegisterType] = [
        "uint8": .uint8, "uint16": .uint16, "int16": .int16, "uint32": .uint32, "int32": .int32,
        "uint48": .uint48,
        "uint64": .uint64, "int64": .int64, "float32": .float32, "float64": .float64, "bcd16": .bcd16,
        "bcd32": .bcd32, "bcd48": .bcd48, "bit": .bit,
    ]
}

/// Which byte of a value of several registers comes first.
public enum WordOrder: String, Hashable, Sendable, CaseIterable {
    /// ABCD: the most significant register first.
    case big
    /// CDAB: the least significant register first, bytes inside a register as usual.
    case little
    /// DCBA: every byte reversed.
    case dcba
    /// BADC: the most significant register first, bytes inside each swapped.
    case badc

    /// The bytes of `registers` with the most significant first.
    func bytes(of registers: [UInt16]) -> [UInt8] {
        let words = self == .little || self == .dcba ? registers.reversed() : registers
        let swaps = self == .dcba || self == .badc
        return words.flatMap { word in
            let high = UInt8(word >> 8)
            let low = UInt8(word & 0xFF)
            return swaps ? [low, high] : [high, low]
        }
    }
}
