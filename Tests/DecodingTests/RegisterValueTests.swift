import Metering
import Seeds
import Testing

@testable import Decoding

struct RegisterValueTests {
    private static let integers: [(type: RegisterType, range: ClosedRange<Int64>)] = [
        (.uint8, 0...255), (.uint16, 0...65_535), (.int16, -32_768...32_767), (.uint32, 0...4_294_967_295),
        (.int32, -2_147_483_648...2_147_483_647), (.uint48, 0...(1 << 48) - 1), (.uint64, 0...Int64.max),
        (.int64, Int64.min...Int64.max),
    ]

    /// `value` as words of the wire: big-endian bytes, then ordered as the meter orders them.
    private func words(_ value: UInt64, _ type: RegisterType, _ order: ByteOrder) -> [UInt16] {
        let words = (0..<type.registerCount).reversed().map { UInt16(truncatingIfNeeded: value >> ($0 * 16)) }
        let ordered = order == .little || order == .dcba ? words.reversed() : words
        return order == .dcba || order == .badc ? ordered.map(\.byteSwapped) : ordered
    }

    @Test(arguments: ByteOrder.named.map(\.order))
    func `every integer type reads back what was laid out, in every order`(order: ByteOrder) {
        var generator = SeededGenerator(seed: 20_261_124)
        for (type, range) in RegisterValueTests.integers {
            var values = [range.lowerBound, range.upperBound, 0, 1]
            values += (0..<200).map { _ in Int64.random(in: range, using: &generator) }
            for value in values {
                let registers = words(UInt64(bitPattern: value), type, order)
                let found = RegisterValue(registers, as: type, order: order)
                #expect(found == .integer(value), "\(type) \(order) \(registers)")
            }
        }
    }

    @Test(arguments: ByteOrder.named.map(\.order))
    func `binary fractions read back bit for bit, in every order`(order: ByteOrder) {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let single = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
            let double = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
            let short = RegisterValue(
                words(UInt64(single.bitPattern), .float32, order),
                as: .float32,
                order: order
            )
            let long = RegisterValue(words(double.bitPattern, .float64, order), as: .float64, order: order)
            guard case .float32(let a) = short, case .float64(let b) = long else {
                Issue.record("no fraction")
                continue
            }
            #expect(a.bitPattern == single.bitPattern && b.bitPattern == double.bitPattern)
        }
    }

    @Test func `the four orders are those of the field's letters`() {
        // ABCD of 0x0A0B0C0D
        let expected = RegisterValue.integer(0x0A0B_0C0D)
        #expect(RegisterValue([0x0A0B, 0x0C0D], as: .uint32, order: .big) == expected)
        #expect(RegisterValue([0x0C0D, 0x0A0B], as: .uint32, order: .little) == expected)
        #expect(RegisterValue([0x0D0C, 0x0B0A], as: .uint32, order: .dcba) == expected)
        #expect(RegisterValue([0x0B0A, 0x0D0C], as: .uint32, order: .badc) == expected)
    }

    @Test func `decimal digits are read as digits and refused where they are none`() {
        #expect(RegisterValue([0x1234, 0x5678], as: .bcd32, order: .big) == .integer(12_345_678))
        #expect(RegisterValue([0x0012, 0x3456, 0x7890], as: .bcd48, order: .big) == .integer(1_234_567_890))
        #expect(RegisterValue([0x123A], as: .bcd16, order: .big) == nil)
        #expect(RegisterValue([0xA123], as: .bcd16, order: .big) == nil)
    }

    @Test func `an unsigned total beyond 2^63 - 1 is no value, and text ends at its zero`() {
        #expect(RegisterValue([0x8000, 0, 0, 0], as: .uint64, order: .big) == nil)
        #expect(RegisterValue([0x4D57, 0x4100], as: .ascii(registers: 2), order: .big) == .text("MWA"))
        #expect(RegisterValue([0xC3A9], as: .ascii(registers: 1), order: .big) == nil)
        #expect(RegisterValue([0xAB12], as: .uint8, order: .big) == .integer(0x12))
    }

    @Test(arguments: [
        (Float(0.1), Int64(100)), (0.5, 500), (123.4565, 123_456), (0.0004, 0), (0.0005, 1), (-0.25, -250),
        (16_777_216, 16_777_216_000),
    ])
    func `a binary fraction in litres becomes the nearest millilitre of its exact value`(
        value: Float,
        millilitres: Int64
    ) {
        let counted = RegisterValue.float32(value).counted(in: -3, [ExactDecimal(coefficient: 1)])
        #expect(counted == Int128(millilitres))
    }

    @Test func `fractions times a scale agree with whole arithmetic over a power of two`() {
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<2_000 {
            // sixteenths in m3: n/16 m3 = n x 62,500 mL, exactly
            let sixteenths = Int64.random(in: 0...1 << 20, using: &generator)
            let value = RegisterValue.float64(Double(sixteenths) / 16)
            #expect(
                value.counted(in: -3, [ExactDecimal(coefficient: 1_000)]) == Int128(sixteenths * 62_500),
                "\(sixteenths)/16"
            )
        }
    }

    @Test func `what is no number, or too large, is counted as nothing`() {
        let one = ExactDecimal(coefficient: 1)
        #expect(RegisterValue.float32(.nan).counted(in: -3, [one]) == nil)
        #expect(RegisterValue.float64(.infinity).counted(in: -3, [one]) == nil)
        #expect(RegisterValue.float64(1e300).counted(in: -3, [one]) == nil)
        #expect(
            RegisterValue.integer(.max).counted(in: -3, [ExactDecimal(coefficient: 1, exponent: 20)]) == nil
        )
        #expect(RegisterValue.text("1").counted(in: -3, [one]) == nil)
        #expect(RegisterValue.float64(1e-300).counted(in: -3, [one]) == 0)
    }
}
