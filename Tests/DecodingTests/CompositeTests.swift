import Metering
import Testing

@testable import Decoding

/// Every way in which a real map composes an index, with worked numbers.
struct CompositeTests {
    private func index(
        _ fields: [RegisterField],
        _ expression: VolumeExpression,
        _ words: [UInt16],
        site: SiteConversion = site(litres: "1", capacity: 100_000_000)
    ) throws -> Int64 {
        try MeterDecoder(profile: model(fields, channels: [1: expression]))
            .index(channel: 1, image: image(0, words), site: site).index.millilitres
    }

    private func litres(_ text: String) -> VolumeUnit { .litres(ExactDecimal(text) ?? .one) }

    @Test func `integer and millilitres`() throws {
        // Dynaflox ultraD: 12 m3 and 345,678 mL
        let fields = [field("whole", 0), field("part", 2)]
        let expression = VolumeExpression(
            terms: [
                VolumeExpression.Term("whole"),
                VolumeExpression.Term("part", times: .init(coefficient: 1, exponent: -6)),
            ],
            unit: litres("1000")
        )
        #expect(try index(fields, expression, [0, 12, 5, 17_998]) == 12_345_678)
    }

    @Test func `halves of 64 bits that do not lie side by side, and a fraction`() throws {
        // Microsensor MFE600: low half 7, high half 1: 4,294,967,303 m3 would be beyond any dial, so in litres
        let fields = [field("low", 0), field("fraction", 2, .float32), field("high", 4)]
        let terms = [
            VolumeExpression.Term("low"), VolumeExpression.Term("high", times: .init(coefficient: 1 << 32)),
            VolumeExpression.Term("fraction"),
        ]
        let half = Float(0.5).bitPattern
        let words: [UInt16] = [0, 7, UInt16(half >> 16), UInt16(half & 0xFFFF), 0, 1]
        #expect(
            try index(fields, VolumeExpression(terms: terms, unit: litres("1")), words) == 4_294_967_303_500
        )
        // US gallons have ten digits: 4,294,967,303.5 x 3.785411784 L, to the millilitre
        #expect(
            try index(fields, VolumeExpression(terms: terms, unit: litres("3.785411784")), words)
                == 16_258_219_842_564
        )
    }

    @Test func `an overflow counter times its modulus`() throws {
        // Badger M2000: 3 rollovers of 10,000 m3 and 123 m3
        let fields = [field("total", 0), field("rollovers", 2, .uint16)]
        let expression = VolumeExpression(
            terms: [
                VolumeExpression.Term("total"),
                VolumeExpression.Term("rollovers", times: .init(coefficient: 10_000)),
            ],
            unit: litres("1000")
        )
        #expect(try index(fields, expression, [0, 123, 3]) == 30_123_000_000)
    }

    @Test func `decimals, multiplier, table and a factor from registers`() throws {
        let fields = [field("total", 0), field("code", 2, .int16), field("factor", 3, .float32)]
        func value(_ scale: Scale, _ code: Int16, _ factor: Float = 1) throws -> Int64 {
            let bits = factor.bitPattern
            return try index(
                fields,
                VolumeExpression(
                    terms: [VolumeExpression.Term("total")],
                    unit: litres("1000"),
                    scales: [scale]
                ),
                [0, 12_345, UInt16(bitPattern: code), UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
            )
        }
        #expect(try value(.powerOfTen(field: "code", direction: -1, offset: 0), 2) == 123_450_000)
        #expect(try value(.powerOfTen(field: "code", direction: 1, offset: -3), 1) == 123_450_000)
        let table: [String: ExactDecimal] = ["1": .init(coefficient: 1, exponent: -3), "4": .one]
        #expect(try value(.table(field: "code", factors: table), 1) == 12_345_000)
        // A pulse of 0.1: the meter sends the binary fraction nearest to it and means 0.1.
        #expect(try value(.value(field: "factor"), 0, 0.1) == 1_234_500_000)
        #expect(throws: RegisterDecodingError.unknownCode(field: "code", code: "3")) {
            try value(.table(field: "code", factors: table), 3)
        }
        #expect(throws: RegisterDecodingError.noValue(field: "factor")) {
            try value(.value(field: "factor"), 0, 0)
        }
    }

    @Test func `scales of single terms`() throws {
        // counts x litres a pulse + an offset in litres
        let fields = [field("counts", 0), field("worth", 2, .uint16), field("offset", 3, .uint16)]
        let expression = VolumeExpression(
            terms: [
                VolumeExpression.Term("counts", scales: [.value(field: "worth")]),
                VolumeExpression.Term("offset"),
            ],
            unit: litres("1")
        )
        #expect(try index(fields, expression, [0, 300, 10, 42]) == 3_042_000)
    }

    @Test func `the sign stands in another register`() throws {
        let fields = [field("total", 0), field("direction", 2, .uint16)]
        let expression = VolumeExpression(
            terms: [VolumeExpression.Term("total")],
            sign: VolumeExpression.SignRule(field: "direction", negative: ["2"]),
            unit: .site
        )
        #expect(try index(fields, expression, [0, 5, 1]) == 5_000)
        // Backwards from zero round the end of the dial.
        #expect(try index(fields, expression, [0, 5, 2], site: site(litres: "1")) == 9_999_995_000)
    }

    @Test func `two values in one register, and a number of three bytes with its decimals`() throws {
        // BASI BUFM660: 00 81 9D 02 is 33,181 with two decimals
        let fields = [
            RegisterField(
                name: "flow",
                function: .inputRegisters,
                address: 0,
                type: .uint32,
                cut: BitCut(from: 8, count: 24)
            ),
            RegisterField(
                name: "decimals",
                function: .inputRegisters,
                address: 0,
                type: .uint32,
                cut: BitCut(from: 0, count: 8)
            ),
        ]
        let expression = VolumeExpression(
            terms: [VolumeExpression.Term("flow")],
            unit: litres("1000"),
            scales: [.powerOfTen(field: "decimals", direction: -1, offset: 0)]
        )
        #expect(try index(fields, expression, [0x0081, 0x9D02]) == 331_810_000)
    }

    @Test func `the order of bytes is told by another register, or by the installation`() throws {
        func ordered(_ order: FieldOrder) -> [RegisterField] {
            [
                RegisterField(
                    name: "total",
                    function: .inputRegisters,
                    address: 0,
                    type: .uint32,
                    order: order
                ),
                field("order", 2, .uint16),
            ]
        }
        let expression = VolumeExpression(terms: [VolumeExpression.Term("total")], unit: .site)
        let orders: [String: ByteOrder] = ["0": .dcba, "1": .big, "3": .little]
        let told = ordered(.register(field: "order", orders: orders))
        #expect(try index(told, expression, [0, 7, 1]) == 7_000)
        #expect(try index(told, expression, [7, 0, 3]) == 7_000)
        #expect(throws: RegisterDecodingError.unknownCode(field: "order", code: "2")) {
            try index(told, expression, [0, 7, 2])
        }
        let chosen = ordered(.site)
        let little = SiteConversion(
            dial: site().dial,
            litresPerCount: .one,
            byteOrder: .little
        )
        #expect(try index(chosen, expression, [7, 0, 0], site: little) == 7_000)
        #expect(throws: RegisterDecodingError.noOrder(field: "total")) {
            try index(chosen, expression, [7, 0, 0])
        }
    }

    @Test func `a flow has its own unit and its own time, and is exact to the millilitre an hour`() throws {
        let flow = FlowExpression(
            volume: VolumeExpression(terms: [VolumeExpression.Term("flow")], unit: litres("1000")),
            per: .register(field: "time", seconds: ["0": 1, "1": 60, "2": 3_600])
        )
        let profile = MeterProfile(
            id: MeterProfile.ID("flow"),
            title: "flow",
            sources: [],
            fields: [
                "total": field("total", 0), "flow": field("flow", 2, .float32),
                "time": field("time", 4, .uint16),
            ],
            channels: [
                1: MeterChannel(
                    index: VolumeExpression(terms: [VolumeExpression.Term("total")], unit: .site),
                    flow: flow
                )
            ]
        )
        func found(_ value: Float, _ time: UInt16) throws -> Int64? {
            let bits = value.bitPattern
            let words: [UInt16] = [0, 0, UInt16(bits >> 16), UInt16(bits & 0xFFFF), time]
            return try MeterDecoder(profile: profile)
                .flow(channel: 1, image: image(0, words), site: site(litres: "1"))?.millilitresPerHour
        }
        #expect(try found(2.5, 2) == 2_500_000)
        // Krohne: 0.0001 m3/s is 360 L/h
        #expect(try found(0.0001, 0) == 360_000)
        let planner = RequestPlanner(profile: profile)
        #expect(planner.names(for: .scale, [1]) == ["time"])
        #expect(planner.flowNames([1]) == ["flow"])
    }

    @Test func `states by value, by what is no error, by thresholds and by a missing value`() {
        let fields = [
            field("valve", 0, .uint16), field("error", 1, .uint16), field("battery", 2, .uint16),
            field("level", 3, .float32),
        ]
        let profile = model(
            fields,
            status: [
                StatusRule(field: "valve", test: .oneOf(["85", "170"]), flag: .emptyPipe),
                StatusRule(field: "error", test: .noneOf(["65535"]), flag: .measurementFault),
                StatusRule(field: "battery", test: .below(3_000), flag: .lowBattery),
                StatusRule(field: "battery", test: .above(4_000), flag: .power),
                StatusRule(field: "level", test: .noValue, flag: .noSignal),
            ]
        )
        func flags(_ words: [UInt16]) -> MeterStatus {
            MeterDecoder(profile: profile).status(in: image(0, words))
        }
        #expect(flags([0x55, 0xFFFF, 3_600, 0, 0]) == [.emptyPipe])
        #expect(flags([0, 7, 2_999, 0, 0]) == [.measurementFault, .lowBattery])
        #expect(flags([0, 0xFFFF, 4_001, 0x7FC0, 0]) == [.power, .noSignal])
        #expect(flags([0, 0xFFFF, 3_000]) == [], "what was not read says nothing")
    }

    @Test(arguments: [
        (RegisterType.int24, [UInt16(0xAAFF), 0xFFFE], Int64(-2)), (.uint24, [0xAA01, 0x0002], 65_538),
        (.int48, [0xFFFF, 0xFFFF, 0xFFFD], -3), (.int8, [0xAA80], -128), (.uint8, [0xAA80], 128),
        (.bcd64, [0x0000, 0x0012, 0x3456, 0x7890], 1_234_567_890),
    ])
    func `numbers of odd widths`(type: RegisterType, words: [UInt16], value: Int64) {
        #expect(RegisterValue(words, as: type, order: .big) == .integer(value))
    }

    @Test func `one character in a register, filled up with whatever`() {
        let words: [UInt16] = [0x0030, 0x0034, 0xFFFF, 0x0000, 0x0037, 0x0020]
        #expect(RegisterValue(words, as: .characters(registers: 6), order: .big) == .text("047"))
        #expect(RegisterValue([0x4142, 0x2020], as: .ascii(registers: 2), order: .big) == .text("AB"))
    }

    @Test func `markers of no value, as numbers and as bits`() throws {
        let fields = [
            RegisterField(
                name: "total",
                function: .inputRegisters,
                address: 0,
                type: .float32,
                invalid: [.number("-9999"), .pattern(0x4640_E400)]
            )
        ]
        let decoder = MeterDecoder(profile: model(fields))
        func value(_ float: Float) throws -> RegisterValue {
            let bits = float.bitPattern
            return try decoder.value(of: "total", in: image(0, [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]))
        }
        #expect(try value(1.5) == .float32(1.5))
        for bad in [-9_999, 12_345, Float.nan, .infinity] {
            #expect(throws: RegisterDecodingError.noValue(field: "total")) { try value(bad) }
        }
    }
}
