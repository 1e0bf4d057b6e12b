import Metering
import Seeds
import Testing

struct AlarmLevelTests {
    private static let point = ServicePoint.ID("S-00001")

    private func change(
        _ hour: Int64,
        _ isRaised: Bool,
        code: String = "LEAK_1",
        meter: String = "TN1"
    ) -> AlarmChange {
        AlarmChange(
            point: AlarmLevelTests.point,
            meter: Meter.ID(meter),
            code: AlarmCode(code),
            at: Instant(secondsSince1970: hour * 3_600),
            isRaised: isRaised,
            telegram: "\(hour)"
        )
    }

    @Test func `an alarm stands from its first start until its clear`() {
        let changes = [change(1, true), change(2, true), change(3, false), change(5, false)]
        let states = (1...4).map { Array(changes.prefix($0)).levels() }
        #expect(states.map { $0.map(\.isRaised) } == [[true], [true], [false], [false]])
        #expect(states.map { $0[0].since.secondsSince1970 / 3_600 } == [1, 1, 3, 3])
        #expect(states.map { $0[0].telegram } == ["1", "2", "3", "5"])
    }

    @Test func `within one second the start counts`() {
        #expect([change(1, true), change(1, false)].levels().map(\.isRaised) == [true])
        #expect([change(1, false), change(1, true)].levels().map(\.isRaised) == [true])
    }

    @Test func `each code of each meter is a level of its own`() {
        let changes = [
            change(1, true), change(2, true, code: "REVERSE"), change(3, false, meter: "TN2"),
            change(4, false),
        ]
        #expect(
            changes.levels().map { "\($0.meter) \($0.code) \($0.isRaised)" } == [
                "TN1 LEAK_1 false", "TN1 REVERSE true", "TN2 LEAK_1 false",
            ]
        )
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `any order and any repetition of the same changes gives the same levels`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let changes = (0..<12).map { _ in
            change(
                .random(in: 0...6, using: &random),
                .random(using: &random),
                code: ["LEAK_1", "REVERSE"].randomElement(using: &random) ?? "",
                meter: ["TN1", "TN2"].randomElement(using: &random) ?? ""
            )
        }
        let again = (changes + changes.prefix(5)).shuffled(using: &random)
        #expect(again.levels() == changes.levels(), "seed \(seed)")
    }
}

struct AlarmCodeTests {
    @Test(arguments: [
        ("LEAK_1", MeterStatus.leak, "漏水1"), ("LEAK_2", .leak, "漏水2"), ("OVERFLOW", .overflow, "過大流量"),
        ("EXCESS", .burst, "超過流量"), ("REVERSE", .reverse, "逆流"), ("NO_USE_1", .noUse, "水不使用1"),
        ("NO_USE_2", .noUse, "水不使用2"), ("BATTERY_LOW", .lowBattery, "電池電圧低下"), ("TAMPER", .tamper, "取外し"),
        ("MAGNET", .tamper, "磁気検知"), ("CLOCK", .clock, "時計異常"),
    ])
    func `each code of the contract has its flag and its name`(code: String, flag: MeterStatus, name: String)
    {
        #expect(AlarmCode(code).status == flag)
        #expect(AlarmCode(code).japanese == name)
    }

    @Test func `no code of the contract is missing above, and another one means nothing`() {
        #expect(AlarmCode.all.count == 11)
        #expect(AlarmCode("LEAK_3").status.isEmpty)
        #expect(AlarmCode("LEAK_3").japanese == nil)
    }
}
