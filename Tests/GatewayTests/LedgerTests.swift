import Billing
import Metering
import Reporting
import Storage
import Testing

@testable import Gateway

struct LedgerTests {
    private static func days(_ count: Int) -> Range<LocalDay> {
        let first = LocalDay(containing: march(1))
        return first..<first.advanced(by: count)
    }

    /// The wired home at 12 L/h and the one beside it at 5 L/h, hourly; each as long as is said.
    private static func scene(wired: Int64, beside: Int64) async throws -> GatewayScene {
        let scene = try await GatewayScene()
        var readings: [Reading] = []
        for (point, hours, litres) in [(.wired, wired, 12), (.beside, beside, 5)]
            as [(ServicePoint.ID, Int64, Int64)]
        {
            for hour in 0...hours {
                let index = Volume.litres(1_000 + hour * litres)
                readings.append(Reading(point: point, at: march(1, hours: hour), index: index))
            }
        }
        try await scene.keep(readings, key: "readings", at: march(31))
        return scene
    }

    private static func rows(_ scene: GatewayScene) async throws -> [UsageReport.Row] {
        try await Ledger(store: scene.store, pilot: GatewayScene.pilot).usageReport(over: days(31)).rows
    }

    @Test func `a point that fell silent is estimated as far as others are known, beside its total`()
        async throws
    {
        let rows = try await Self.rows(try await Self.scene(wired: 10 * 24, beside: 12 * 24))
        #expect(rows.map(\.point) == [.wired, .beside, .fed])
        #expect(rows.map(\.total.usageLitres) == [2_880, 1_440, nil])
        #expect(rows.map(\.estimated) == [.litres(48 * 12), .zero, .zero])
        #expect(rows[0].total.coverage.knownSeconds == 10 * 86_400)
    }

    @Test func `an estimate gives way wholly when the readings come`() async throws {
        let rows = try await Self.rows(try await Self.scene(wired: 12 * 24, beside: 12 * 24))
        #expect(rows.map(\.total.usageLitres) == [3_456, 1_440, nil])
        #expect(rows.map(\.estimated) == [.zero, .zero, .zero])
    }

    @Test func `the validation report names what lies in the days asked for, and no more`() async throws {
        let scene = try await Self.scene(wired: 47, beside: 1)
        let spike = Reading(point: .wired, at: march(2, hours: 3, seconds: 60), index: .litres(900_000))
        try await scene.keep([spike], key: "spike", at: march(31))
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        let report = try await ledger.validationReport(over: Self.days(3))
        #expect(report.rows.map(\.point) == [.wired])
        #expect(report.rows.map(\.rule) == ["spike/1"])
        #expect(report.rows.map(\.span) == [march(2, hours: 3)..<march(2, hours: 4)])
        #expect(try await ledger.validationReport(over: Self.days(1)).rows.isEmpty)
    }

    @Test func `an exchange noted for the wrong hour bills by the indexes that show it`() async throws {
        let scene = try await Self.scene(wired: 47, beside: 1)
        let swap = MeterExchange(
            point: .wired,
            at: march(2, hours: 20),
            closing: .litres(1_000 + 47 * 12),
            opening: .zero,
            newMeter: Meter.ID("M-9")
        )
        try await scene.store.record(swap, by: "test", at: march(31))
        let later = (48...96 as ClosedRange<Int64>).map { hour in
            Reading(point: .wired, at: march(1, hours: hour), index: .litres((hour - 47) * 12))
        }
        try await scene.keep(later, key: "later", at: march(31))
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        let period = try await ledger.period(
            of: .wired,
            from: Self.days(4).lowerBound,
            to: Self.days(4).upperBound
        )
        #expect(period?.quality == .measured)
        // 1,000 to 1,564 L are none, 0 to 588 L are none: two legs, each by its own digits.
        #expect(period?.usageCubicMetres == 0)
        #expect(period?.reasons == [.exchanged(at: march(3))])
        let months = try await ledger.months(of: .wired, over: Self.days(4))
        #expect(months.map(\.usageLitres) == [96 * 12])
    }
}
