/// An amount of water, stored as a whole number of millilitres.
///
/// Integers, because index differences and sums over a year must be exact.
public struct Volume: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let millilitres: Int64

    public static let zero = Volume(millilitres: 0)

    public static func millilitres(_ count: Int64) -> Volume {
        Volume(millilitres: count)
    }

    public static func litres(_ count: Int64) -> Volume {
        Volume(millilitres: count * 1_000)
    }

    public static func cubicMetres(_ count: Int64) -> Volume {
        Volume(millilitres: count * 1_000_000)
    }

    /// The nearest whole litre, halves away from zero: 1,499 mL is 1 L, 1,500 mL is 2 L, -1,500 mL is -2 L.
    public var roundedLitres: Int64 {
        (millilitres.magnitude > UInt64(Int64.max) - 500)
            ? millilitres / 1_000
            : (millilitres + (millilitres < 0 ? -500 : 500)) / 1_000
    }

    /// The whole cubic metres of a dial, cut as its black digits show them: 1,999,999 mL is 1.
    public var wholeCubicMetres: Int64 {
        let (quotient, remainder) = millilitres.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public var description: String {
        let (litres, rest) = millilitres.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let digits = String(rest + 1_000).dropFirst()
        return (millilitres < 0 ? "-" : "") + "\(litres)" + (rest == 0 ? "" : ".\(digits)") + " L"
    }

    public static func + (a: Volume, b: Volume) -> Volume {
        Volume(millilitres: a.millilitres + b.millilitres)
    }

    public static func - (a: Volume, b: Volume) -> Volume {
        Volume(millilitres: a.millilitres - b.millilitres)
    }

    public static prefix func - (a: Volume) -> Volume {
        Volume(millilitres: -a.millilitres)
    }

    public static func += (a: inout Volume, b: Volume) {
        a = a + b
    }

    public static func -= (a: inout Volume, b: Volume) {
        a = a - b
    }

    public static func * (a: Volume, count: Int64) -> Volume {
        Volume(millilitres: a.millilitres * count)
    }

    public static func < (a: Volume, b: Volume) -> Bool {
        a.millilitres < b.millilitres
    }

    private init(millilitres: Int64) {
        self.millilitres = millilitres
    }
}
