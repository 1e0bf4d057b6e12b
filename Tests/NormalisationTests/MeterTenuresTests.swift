import Metering
import Normalisation
import Testing

struct MeterTenuresTests {
    private static let first = ServicePoint.ID("S-00001")
    private static let second = ServicePoint.ID("S-00002")
    private static let used = Meter.ID("M-7")
    private static let day: Int64 = 86_400

    private static func exchange(_ point: ServicePoint.ID, day: Int64, to meter: Meter.ID) -> MeterExchange {
        MeterExchange(
            point: point,
            at: instant(day * Self.day),
            closing: .litres(900),
            opening: .zero,
            newMeter: meter
        )
    }

    private static let tenures = MeterTenures(
        installed: [first: used, second: Meter.ID("M-8")],
        exchanges: [
            exchange(second, day: 5, to: used), exchange(first, day: 1, to: Meter.ID("M-9")),
            exchange(second, day: 9, to: Meter.ID("M-8")),
        ]
    )

    @Test(
        arguments: [
            ("M-7", -100, "S-00001"), ("M-7", 0, "S-00001"), ("M-7", 5, "S-00002"), ("M-7", 8, "S-00002"),
            ("M-9", 1, "S-00001"), ("M-9", 900, "S-00001"), ("M-8", 4, "S-00002"), ("M-8", 9, "S-00002"),
            ("M-1", 0, nil),
        ] as [(String, Int64, String?)]
    )
    func `a number stands for the place where the meter hung then`(meter: String, day: Int64, point: String?)
    {
        let found = Self.tenures.point(of: Meter.ID(meter), at: instant(day * Self.day))
        #expect(found?.rawValue == point)
    }

    @Test(
        arguments: [
            ("M-7", 1, "S-00001"), ("M-7", 2, "S-00001"), ("M-7", 4, "S-00002"), ("M-7", 9, "S-00002"),
            ("M-9", 0, "S-00001"), ("M-8", 6, "S-00002"),
        ] as [(String, Int64, String)]
    )
    func `between its places it stands for the nearer one, so that nothing is lost`(
        meter: String,
        day: Int64,
        point: String
    ) {
        let found = Self.tenures.point(of: Meter.ID(meter), at: instant(day * Self.day))
        #expect(found?.rawValue == point)
    }

    @Test func `of two places that claim a number the one that it came to last has it`() {
        let tenures = MeterTenures(
            installed: [Self.first: Self.used],
            exchanges: [Self.exchange(Self.second, day: 5, to: Self.used)]
        )
        #expect(tenures.point(of: Self.used, at: instant(4 * Self.day)) == Self.first)
        #expect(tenures.point(of: Self.used, at: instant(5 * Self.day)) == Self.second)
    }

    @Test func `a meter put back under its own number keeps its place`() {
        let tenures = MeterTenures(
            installed: [Self.first: Self.used],
            exchanges: [Self.exchange(Self.first, day: 3, to: Self.used)]
        )
        for day in [0, 3, 7] as [Int64] {
            #expect(tenures.point(of: Self.used, at: instant(day * Self.day)) == Self.first)
        }
    }
}
