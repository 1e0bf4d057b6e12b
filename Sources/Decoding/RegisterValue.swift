public import Metering

/// What registers hold, before any scale or unit.
public enum RegisterValue: Hashable, Sendable, CustomStringConvertible {
    case integer(Int64)
    case float32(Float)
    case float64(Double)
    case text(String)

    /// Reads registers in the order in which they came from the wire.
    ///
    /// - Parameters:
    ///   - registers: exactly `type.registerCount` words; a bit is one word, 0 or 1.
    ///   - type: the layout, from the meter's model.
    ///   - order: the order of bytes, from the meter's model.
    ///
    /// Nil for decimal digits above 9, text that is not ASCII, or an unsigned number beyond 2^63 - 1.
    public init?(_ registers: [UInt16], as type: RegisterType, order: WordOrder) {
        precondition(registers.count == type.registerCount, "as many words as the type has")
        let bytes = order.bytes(of: registers)
        let bits = bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch type {
        case .uint8: self = .integer(Int64(bits & 0xFF))
        case .uint16, .uint32, .uint48, .bit: self = .integer(Int64(bits))
        case .uint64:
            guard let value = Int64(exactly: bits) else { return nil }
            self = .integer(value)
        case .int16: self = .integer(Int64(Int16(truncatingIfNeeded: bits)))
        case .int32: self = .integer(Int64(Int32(truncatingIfNeeded: bits)))
        case .int64: self = .integer(Int64(bitPattern: bits))
        case .float32: self = .float32(Float(bitPattern: UInt32(bits)))
        case .float64: self = .float64(Double(bitPattern: bits))
        case .bcd16, .bcd32, .bcd48:
            guard let value = RegisterValue.decimalDigits(bytes) else { return nil }
            self = .integer(value)
        case .ascii:
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            self = .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        }
    }

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .float32(let value): "\(value)"
        case .float64(let value): "\(value)"
        case .text(let value): value
        }
    }

    /// The whole number, where it is one.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The value times `scale` as a whole count of 10^`unitExponent`, exact until one rounding to the nearest.
    ///
    /// - Returns: nil for text, for what is no number, and for what does not fit 64 bits.
    public func counted(in unitExponent: Int, scale: ExactDecimal) -> Int64? {
        switch self {
        case .integer(let value):
            ExactDecimal(coefficient: value).multiplied(by: scale)?.rounded(toUnitsOf: unitExponent)
        case .float32(let value): RegisterValue.counted(Double(value), in: unitExponent, scale: scale)
        case .float64(let value): RegisterValue.counted(value, in: unitExponent, scale: scale)
        case .text: nil
        }
    }

    /// A binary fraction is significand x 2^exponent with whole numbers, so the product with a decimal scale is a
    /// whole number over a power of two.
    private static func counted(_ value: Double, in unitExponent: Int, scale: ExactDecimal) -> Int64? {
        guard value.isFinite else { return nil }
        guard value != 0 else { return 0 }
        let bits = Int128(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
        let power = Int(value.exponentBitPattern == 0 ? 1 : value.exponentBitPattern) - 1_075
        let tens = scale.exponent - unitExponent
        guard abs(tens) <= 18 else { return nil }
        let ten = (0..<abs(tens)).reduce(Int128(1)) { product, _ in product * 10 }
        let (scaled, overflow) = (bits * Int128(scale.coefficient.magnitude)).multipliedReportingOverflow(
            by: tens > 0 ? ten : 1
        )
        guard !overflow, let magnitude = divide(scaled, byPowerOfTwo: -power, and: tens < 0 ? ten : 1) else {
            return nil
        }
        let isNegative = (value < 0) != (scale.coefficient < 0)
        return Int64(exactly: isNegative ? -magnitude : magnitude)
    }

    /// `value` / (2^`power` x `divisor`), rounded to the nearest, halves up; a negative power multiplies.
    private static func divide(_ value: Int128, byPowerOfTwo power: Int, and divisor: Int128) -> Int128? {
        guard power > 0 else {
            guard power > -64 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: Int128(1) << Int128(-power))
            return overflow ? nil : (shifted + divisor / 2) / divisor
        }
        guard power < 120 else { return 0 }
        return (value / divisor + (Int128(1) << Int128(power - 1))) >> Int128(power)
    }

    private static func decimalDigits(_ bytes: [UInt8]) -> Int64? {
        var value: Int64 = 0
        for byte in bytes {
            let (high, low) = (byte >> 4, byte & 0x0F)
            guard high <= 9, low <= 9 else { return nil }
            value = value * 100 + Int64(high * 10 + low)
        }
        return value
    }
}
