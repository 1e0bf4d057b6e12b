/// A decimal number without rounding: coefficient times a power of ten.
///
/// Scales and register values are carried in it.
/// 0.001 is 1 x 10^-3; 16.16 fixed point needs no more than 16 decimals.
public struct ExactDecimal: Hashable, Sendable, CustomStringConvertible {
    public let coefficient: Int64
    public let exponent: Int

    /// Trailing zeros move into the exponent, so that equal numbers are equal values: 100 is 1 x 10^2.
    public init(coefficient: Int64, exponent: Int = 0) {
        var reduced = coefficient
        var power = coefficient == 0 ? 0 : exponent
        while reduced != 0, reduced % 10 == 0 {
            reduced /= 10
            power += 1
        }
        self.coefficient = reduced
        self.exponent = power
    }

    public static let one = ExactDecimal(coefficient: 1)

    /// Reads `0.001`, `-12`, `1e-3`; nil for anything else or beyond 18 digits.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let power = parts.count == 2 ? Int(parts[1]) : 0
        guard let power, (-40...40).contains(power), let mantissa = parts.first else { return nil }
        let halves = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = halves.count == 2 ? halves[1] : ""
        let digits = String(halves[0]) + String(fraction)
        let length = digits.count - (digits.hasPrefix("-") ? 1 : 0)
        guard halves.count == 1 || !fraction.isEmpty, !digits.hasPrefix("+"), length <= 18,
            fraction.allSatisfy(\.isWholeNumber), let coefficient = Int64(digits)
        else { return nil }
        self.init(coefficient: coefficient, exponent: power - fraction.count)
    }

    /// The product, or nil where it does not fit 64 bits.
    public func multiplied(by other: ExactDecimal) -> ExactDecimal? {
        let (product, overflow) = coefficient.multipliedReportingOverflow(by: other.coefficient)
        return overflow ? nil : ExactDecimal(coefficient: product, exponent: exponent + other.exponent)
    }

    /// The number as an integer count of 10^`unitExponent`, halves to even; nil where it does not fit 64 bits.
    ///
    /// 1.2345 in thousandths (unit exponent -3) is 1,234; 12 is 12,000.
    public func rounded(toUnitsOf unitExponent: Int) -> Int64? {
        let shift = exponent - unitExponent
        guard shift < 0 else {
            guard coefficient != 0 else { return 0 }
            guard shift <= 18, let factor = ExactDecimal.powerOfTen(shift) else { return nil }
            let (product, overflow) = coefficient.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        guard -shift <= 19 else { return 0 }
        let divisor = (0..<(-shift)).reduce(Int128(1)) { value, _ in value * 10 }
        let (quotient, remainder) = Int128(coefficient).quotientAndRemainder(dividingBy: divisor)
        let rest = remainder.magnitude
        let half = divisor.magnitude / 2
        guard rest > half || (rest == half && quotient % 2 != 0) else { return Int64(quotient) }
        return Int64(quotient) + (coefficient < 0 ? -1 : 1)
    }

    public var description: String {
        exponent == 0 ? "\(coefficient)" : "\(coefficient)e\(exponent)"
    }

    /// 10^`power` for 0...18, else nil.
    static func powerOfTen(_ power: Int) -> Int64? {
        guard (0...18).contains(power) else { return nil }
        return (0..<power).reduce(Int64(1)) { value, _ in value * 10 }
    }
}
