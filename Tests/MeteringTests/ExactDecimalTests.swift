import Metering
import Seeds
import Testing

struct ExactDecimalTests {
    @Test(arguments: [
        ("0", 0, 0), ("-0.000", 0, 0), ("1", 1, 0), ("100", 1, 2), ("0.001", 1, -3), ("-12.50", -125, -1),
        ("1e-3", 1, -3), ("2.5e3", 25, 2), ("999999999999999999", 999_999_999_999_999_999, 0),
        ("-999999999999999999", -999_999_999_999_999_999, 0),
    ])
    func `a decimal text is read without rounding`(text: String, coefficient: Int64, exponent: Int) {
        let number = ExactDecimal(text)
        #expect(number?.coefficient == coefficient)
        #expect(number?.exponent == exponent)
    }

    @Test(arguments: [
        "", "-", "+1", "1.", "1,5", "1e", "1e99", "0x10", "1 ", "--1", "1.-5", "NaN", "１",
        "1000000000000000000", "-1000000000000000000",
    ])
    func `anything else, or more than 18 digits, is no number`(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [
        ("1.2345", -3, 1_234), ("1.2355", -3, 1_236), ("-1.2345", -3, -1_234), ("-1.2355", -3, -1_236),
        ("1.23451", -3, 1_235), ("12", -3, 12_000), ("0.5", 0, 0), ("1.5", 0, 2), ("2.5", 0, 2),
        ("-0.5", 0, 0), ("149", 2, 1), ("1e-40", 0, 0), ("0", -18, 0), ("9e18", 19, 1), ("4e18", 19, 0),
    ])
    func `rounding to a unit goes to the nearest, halves to even`(text: String, unit: Int, count: Int64) {
        #expect(ExactDecimal(text)?.rounded(toUnitsOf: unit) == count)
    }

    @Test func `what does not fit is nil, never a wrapped number`() throws {
        let huge = ExactDecimal(coefficient: .max)
        #expect(huge.multiplied(by: ExactDecimal(coefficient: 3)) == nil)
        #expect(huge.rounded(toUnitsOf: -1) == nil)
        #expect(ExactDecimal(coefficient: 1, exponent: 30).rounded(toUnitsOf: 0) == nil)
        #expect(huge.rounded(toUnitsOf: 19) == 1)
        #expect(ExactDecimal(coefficient: .min).rounded(toUnitsOf: 19) == -1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `products are exact and in any order the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let a = Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)
            let b = Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)
            let power = Int.random(in: -6...0, using: &random)
            let x = ExactDecimal(coefficient: a, exponent: power)
            let y = ExactDecimal(coefficient: b)
            let product = try #require(x.multiplied(by: y))
            #expect(product == y.multiplied(by: x))
            #expect(product == ExactDecimal(coefficient: a * b, exponent: power))
            #expect(product.rounded(toUnitsOf: power) == a * b)
        }
    }

    @Test func `equal numbers are equal values`() {
        #expect(ExactDecimal("0.10") == ExactDecimal("1e-1"))
        #expect(ExactDecimal("100") == ExactDecimal(coefficient: 100))
        #expect(Set([ExactDecimal("2.50"), ExactDecimal("2.5")]).count == 1)
    }
}
