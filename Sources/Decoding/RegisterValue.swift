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
    ///   - cut: the bits that are meant, where the type is a whole number.
    ///
    /// Nil for decimal digits above 9, text that is not ASCII, or an unsigned number beyond 2^63 - 1.
    public init?(_ registers: [UInt16], as type: RegisterType, order: ByteOrder, cut: BitCut? = nil) {
        precondition(registers.count == type.registerCount, "as many words as the type has")
        let bytes = order.bytes(of: registers)
        let bits = RegisterValue.bits(of: bytes)
        switch type {
        case .float32: self = .float32(Float(bitPattern: UInt32(bits)))
        case .float64: self = .float64(Double(bitPattern: bits))
        case .bcd16, .bcd32, .bcd48, .bcd64:
            guard let value = RegisterValue.decimalDigits(bytes) else { return nil }
            self = .integer(value)
        case .ascii:
            guard let text = RegisterValue.text(bytes.prefix { $0 != 0 }) else { return nil }
            self = .text(text)
        case .characters:
            // A place without a character holds any other code: some meters fill up with 0, some with 0xFFFF.
            let codes = registers.map { UInt8($0 & 0xFF) }.filter { (0x20..<0x7F).contains($0) }
            self = .text(RegisterValue.text(codes[...]) ?? "")
        default:
            guard let width = type.integerBits,
                let value = RegisterValue.whole(bits, width: width, isSigned: type.isSigned, cut)
            else { return nil }
            self = .integer(value)
        }
    }

    /// The last eight bytes as one number.
    static func bits(of bytes: [UInt8]) -> UInt64 {
        bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private static func whole(_ bits: UInt64, width: Int, isSigned: Bool, _ cut: BitCut?) -> Int64? {
        let width = cut?.count ?? width
        let shifted = bits >> UInt64(cut?.from ?? 0)
        let value = width == 64 ? shifted : shifted & ((1 << UInt64(width)) - 1)
        guard isSigned else { return Int64(exactly: value) }
        let isNegative = value >> UInt64(width - 1) & 1 == 1
        return Int64(bitPattern: isNegative && width < 64 ? value | ~((1 << UInt64(width)) - 1) : value)
    }

    /// Without the blanks that fill it up.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let end = bytes.lastIndex { $0 != 0x20 } ?? bytes.startIndex - 1
        return String(decoding: bytes[bytes.startIndex..<end + 1].drop { $0 == 0x20 }, as: UTF8.self)
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

    /// The number as a floating one, for comparisons with thresholds; nil for text.
    var approximate: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .float32(let value): Double(value)
        case .float64(let value): value
        case .text: nil
        }
    }

    /// Whether it is the number that `text` writes, by the precision of its own type.
    func isNumber(_ text: String) -> Bool {
        switch self {
        case .integer(let value): Int64(text) == value || Double(text) == Double(value)
        case .float32(let value): Float(text) == value
        case .float64(let value): Double(text) == value
        case .text(let value): value == text
        }
    }

    /// The shortest decimal that stands for it: a factor that a meter sends as the binary 0.1 means 0.1.
    var shortestDecimal: ExactDecimal? {
        switch self {
        case .integer(let value): ExactDecimal(coefficient: value)
        case .float32(let value): value.isFinite ? ExactDecimal("\(value)") : nil
        case .float64(let value): value.isFinite ? ExactDecimal("\(value)") : nil
        case .text: nil
        }
    }

    /// The value times all of `factors` as a whole count of 10^`unitExponent`, exact until one rounding to the nearest.
    ///
    /// - Returns: nil for text, for what is no number, and for what is too large to be an amount of water.
    public func counted(in unitExponent: Int, _ factors: [ExactDecimal]) -> Int128? {
        var scale = Int128(1)
        var exponent = 0
        for factor in factors {
            let (product, overflow) = scale.multipliedReportingOverflow(by: Int128(factor.coefficient))
            guard !overflow else { return nil }
            scale = product
            exponent += factor.exponent
        }
        let tens = exponent - unitExponent
        switch self {
        case .integer(let value): return RegisterValue.counted(Int128(value), 0, scale, tens)
        case .float32(let value): return RegisterValue.counted(Double(value), scale, tens)
        case .float64(let value): return RegisterValue.counted(value, scale, tens)
        case .text: return nil
        }
    }

    /// A binary fraction is significand x 2^exponent with whole numbers, so the product with a decimal scale is a
    /// whole number over a power of two.
    private static func counted(_ value: Double, _ scale: Int128, _ tens: Int) -> Int128? {
        guard value.isFinite else { return nil }
        let bits = Int128(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
        let power = Int(value.exponentBitPattern == 0 ? 1 : value.exponentBitPattern) - 1_075
        return counted(value < 0 ? -bits : bits, power, scale, tens)
    }

    /// `significand` x 2^`power` x `scale` x 10^`tens`, halves away from zero.
    private static func counted(_ significand: Int128, _ power: Int, _ scale: Int128, _ tens: Int) -> Int128?
    {
        guard significand != 0, scale != 0 else { return 0 }
        // Fewer factors of two leave more room for the product.
        let twos = min(significand.trailingZeroBitCount, max(0, -power))
        let (product, overflow) = (significand >> Int128(twos)).multipliedReportingOverflow(by: scale)
        guard !overflow,
            let multiplied = multiply(product, powerOfTwo: max(0, power), powerOfTen: max(0, tens))
        else { return nil }
        return divide(multiplied, powerOfTwo: max(0, -power - twos), powerOfTen: max(0, -tens))
    }

    private static func multiply(_ value: Int128, powerOfTwo: Int, powerOfTen: Int) -> Int128? {
        guard powerOfTwo < 100, powerOfTen <= 36 else { return nil }
        let ten = (0..<powerOfTen).reduce(Int128(1)) { product, _ in product * 10 }
        let (first, overflow) = value.multipliedReportingOverflow(by: ten)
        let (second, overflowAgain) = first.multipliedReportingOverflow(by: Int128(1) << Int128(powerOfTwo))
        return overflow || overflowAgain ? nil : second
    }

    /// A quotient beyond the range of the divisor is nothing: 2^-100 of anything is no millilitre.
    private static func divide(_ value: Int128, powerOfTwo: Int, powerOfTen: Int) -> Int128 {
        guard powerOfTwo < 100, powerOfTen <= 27 else { return 0 }
        let ten = (0..<powerOfTen).reduce(Int128(1)) { product, _ in product * 10 }
        let (divisor, overflow) = ten.multipliedReportingOverflow(by: Int128(1) << Int128(powerOfTwo))
        guard !overflow else { return 0 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude >= divisor.magnitude - remainder.magnitude, remainder != 0 else {
            return quotient
        }
        return quotient + (value < 0 ? -1 : 1)
    }
}
