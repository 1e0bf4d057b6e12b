import Metering
import Testing

@testable import Decoding

private let pulses = model(
    [field("counts", 0)],
    channels: [1: VolumeExpression(terms: ["counts"], unit: .site)]
)

/// Litres or cubic metres by the code at 10, times 10^(value at 11 - 3).
private let coded = model(
    [field("total", 0), field("unit", 10, .uint16), field("power", 11, .int16)],
    channels: [
        1: VolumeExpression(
            terms: ["total"],
            unit: .register(
                field: "unit",
                litres: ["0": ExactDecimal(coefficient: 1), "1": ExactDecimal(coefficient: 1_000)]
            ),
            scales: [.powerOfTen(field: "power", direction: 1, offset: -3)]
        )
    ]
)

private func failure(
    _ model: MeterProfile,
    _ image: RegisterImage,
    _ site: SiteConversion,
    channel: Int = 1
) -> RegisterDecodingError? {
    do throws(RegisterDecodingError) {
        _ = try MeterDecoder(profile: model).index(channel: channel, image: image, site: site)
        return nil
    } catch {
        return error
    }
}

struct MeterDecoderTests {
    @Test(arguments: [
        ([UInt16(0), 0], "1", Int64(0), Int64(0)), ([0, 5], "1", 100, 105_000),
        ([0, 5], "0.5", 100, 102_500),
        ([1, 0], "10", 0, 655_360_000), ([0, 7], "2.5", 0, 17_500),
    ])
    func `a pulse dial is its offset and counts times litres`(
        words: [UInt16],
        litres: String,
        offset: Int64,
        millilitres: Int64
    ) throws {
        let decoded = try MeterDecoder(profile: pulses)
            .index(channel: 1, image: image(0, words), site: site(litres: litres, offset: offset))
        #expect(decoded.index == .millilitres(millilitres))
        #expect(decoded.quality == .measured)
    }

    @Test func `a pulse dial goes round at its end`() throws {
        let decoder = MeterDecoder(profile: pulses)
        let near = site(litres: "1", offset: 9_999_990)
        let before = try decoder.index(channel: 1, image: image(0, [0, 9]), site: near).index
        let after = try decoder.index(channel: 1, image: image(0, [0, 10]), site: near).index
        #expect(before == .litres(9_999_999))
        #expect(after == .zero)
    }

    @Test func `a value waits for its scale and is never mis-scaled`() throws {
        let total = image(0, [0, 1_234])
        #expect(failure(coded, total, site()) == .withheld(until: "unit"))
        var half = total
        half.merge(image(10, [1]))
        #expect(failure(coded, half, site()) == .withheld(until: "power"))
        half.merge(image(11, [2]))
        let decoded = try MeterDecoder(profile: coded).index(channel: 1, image: half, site: site())
        // 1,234 m3 x 10^(2-3) = 123.4 m3
        #expect(decoded.index == .litres(123_400))
    }

    @Test func `what can't be an index is refused with its reason`() {
        var unknown = image(0, [0, 1])
        unknown.merge(image(10, [9, 3]))
        #expect(failure(coded, unknown, site()) == .unknownCode(field: "unit", code: "9"))
        var far = image(0, [0, 1])
        far.merge(image(10, [0, 99]))
        #expect(failure(coded, far, site()) == .unknownCode(field: "power", code: "99"))
        #expect(failure(pulses, image(0, [0, 1]), site()) == .noScale)
        #expect(failure(pulses, image(0, [0]), site(litres: "1")) == .notRead(field: "counts"))
        #expect(failure(pulses, image(0, [0, 1]), site(litres: "1"), channel: 2) == .noChannel(2))
        let cubic = model(
            [field("total", 0, .int32, invalid: [.number("-1")])],
            channels: [
                1: VolumeExpression(terms: ["total"], unit: .litres(ExactDecimal(coefficient: 1_000)))
            ]
        )
        #expect(failure(cubic, image(0, [0, 10_000]), site()) == .beyondDial(millilitres: 10_000_000_000))
        #expect(failure(cubic, image(0, [0xFFFF, 0xFFFE]), site()) == .beyondDial(millilitres: -2_000_000))
        #expect(failure(cubic, image(0, [0xFFFF, 0xFFFF]), site()) == .noValue(field: "total"))
    }

    @Test func `terms are added before the unit`() throws {
        let parts = model(
            [field("whole", 0, .int32), field("part", 2, .float32)],
            channels: [
                1: VolumeExpression(
                    terms: ["whole", "part"],
                    unit: .litres(ExactDecimal(coefficient: 1_000))
                )
            ]
        )
        let half = Float(0.5).bitPattern
        let registers = image(0, [0, 12, UInt16(half >> 16), UInt16(half & 0xFFFF)])
        let decoded = try MeterDecoder(profile: parts).index(channel: 1, image: registers, site: site())
        #expect(decoded.index == .litres(12_500))
    }

    @Test func `flags come from bits and values, and a fault makes the index suspect`() throws {
        let flagged = model(
            [field("counts", 0), field("word", 4, .uint16), field("mode", 5, .uint16)],
            channels: [1: VolumeExpression(terms: ["counts"], unit: .site)],
            status: [
                StatusRule(field: "word", test: .bit(2), flag: .lowBattery),
                StatusRule(field: "mode", test: .oneOf(["7"]), flag: .measurementFault),
            ]
        )
        func decoded(_ word: UInt16, _ mode: UInt16) throws -> DecodedIndex {
            try MeterDecoder(profile: flagged)
                .index(channel: 1, image: image(0, [0, 1, 0, 0, word, mode]), site: site(litres: "1"))
        }
        #expect(try decoded(0b100, 0).status == [.lowBattery])
        #expect(try decoded(0b100, 0).quality == .measured)
        #expect(try decoded(0b011, 6).status == [])
        #expect(try decoded(0, 7).status == [.measurementFault])
        #expect(try decoded(0, 7).quality == .suspect)
    }

    @Test func `a map is trusted when its identity can be read and is the model's`() {
        let checked = model(
            [field("serial", 0), field("type", 2, .uint16)],
            identity: [IdentityCheck(field: "serial"), IdentityCheck(field: "type", values: ["51"])]
        )
        let decoder = MeterDecoder(profile: checked)
        #expect(decoder.identityFits(in: image(0, [1, 2, 51])))
        #expect(!decoder.identityFits(in: image(0, [1, 2, 52])))
        #expect(!decoder.identityFits(in: image(2, [51])))
    }

    @Test func `a reply of another length is taken by nobody`() {
        var registers = RegisterImage()
        let request = ReadRequest(function: .inputRegisters, address: 4_012, count: 2)
        #expect(throws: RegisterDecodingError.wrongLength(expected: 4, found: 2)) {
            try registers.record(request, data: [0, 27])
        }
        #expect(registers == RegisterImage())
    }

    @Test func `the AquaMaster's printed reply is its unique id 27`() throws {
        // ABB COI/FET2XX/MOD/TBL-EN p.9: 01 04 04 00 00 00 1B BB 8F
        var registers = RegisterImage()
        let request = ReadRequest(function: .inputRegisters, address: 4_012, count: 2)
        try registers.record(request, data: [0x00, 0x00, 0x00, 0x1B])
        let decoder = MeterDecoder(profile: model([field("unique_id", 4_012)]))
        #expect(try decoder.value(of: "unique_id", in: registers) == .integer(27))
    }

    @Test func `bits are taken low bit first`() throws {
        var registers = RegisterImage()
        try registers.record(
            ReadRequest(function: .discreteInputs, address: 3, count: 10),
            data: [0b0000_0010, 0b10]
        )
        let decoder = MeterDecoder(
            profile: model([
                field("second", 4, .bit, function: .discreteInputs),
                field("tenth", 12, .bit, function: .discreteInputs),
                field("first", 3, .bit, function: .discreteInputs),
            ])
        )
        #expect(try decoder.value(of: "first", in: registers) == .integer(0))
        #expect(try decoder.value(of: "second", in: registers) == .integer(1))
        #expect(try decoder.value(of: "tenth", in: registers) == .integer(1))
    }
}
