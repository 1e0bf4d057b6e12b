import Billing
import Metering
import Reporting
import Seeds
import Storage
import Testing

@testable import Gateway

struct ContractReportTests {
    /// March of the fed meter, 10 L an hour, read on the hour from the last hour of February on.
    private func read() async throws -> GatewayScene {
        let scene = try await GatewayScene()
        for start in stride(from: -1, through: 745, by: 24) as StrideThrough<Int64> {
            let values = (start..<start + 24).map { (march(1, hours: $0), 100_000 + $0 * 10) }
            let page = GatewayScene.page(values, delivered: march(33, seconds: start))
            try await scene.pipeline.take(page, at: march(34))
        }
        return scene
    }

    private func turn(_ scene: GatewayScene, _ kind: EventKind, at: Instant) async throws {
        let event = PointEvent(place: .point(.fed), kind: kind, at: at, by: "sato", reason: "notice")
        try await scene.store.record([EventRecord(event)], at: march(33))
    }

    private func rows(_ scene: GatewayScene, all: Bool = false) async throws -> [String] {
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(32))
        return try await Ledger(store: scene.store, pilot: GatewayScene.pilot)
            .usageReport(over: days, allContracts: all).rows.filter { $0.point == .fed }
            .map { row in
                let litres = row.total.usageLitres.map { "\($0)" } ?? "-"
                return "\(row.total.from) \(row.total.to) \(litres) \(row.total.quality.rawValue) "
                    + "\(row.total.coverage.permille) \(row.contract.rawValue)"
            }
    }

    @Test func `without a contract on record everything is told as it was`() async throws {
        let scene = try await read()
        #expect(try await rows(scene) == ["2026-03-01 2026-04-01 7440 measured 1000 unrecorded"])
        #expect(try await rows(scene, all: true) == rows(scene))
    }

    @Test func `usage before the present contract is shown only to those who ask for all`() async throws {
        let scene = try await read()
        try await turn(scene, .open, at: march(11, hours: 10))
        #expect(try await rows(scene) == ["2026-03-11 2026-04-01 4940 measured 1000 contract"])
        #expect(
            try await rows(scene, all: true) == [
                "2026-03-01 2026-03-12 2500 measured 1000 unrecorded",
                "2026-03-11 2026-04-01 4940 measured 1000 contract",
            ]
        )
    }

    @Test func `what flows while the point is closed stays visible as nobody's`() async throws {
        let scene = try await read()
        try await turn(scene, .open, at: march(1, hours: -900))
        try await turn(scene, .close, at: march(21))
        #expect(try await rows(scene) == ["2026-03-21 2026-04-01 2640 measured 1000 closed"])
        #expect(
            try await rows(scene, all: true) == [
                "2026-03-01 2026-03-21 4800 measured 1000 contract",
                "2026-03-21 2026-04-01 2640 measured 1000 closed",
            ]
        )
    }

    @Test func `a contract that begins after the report has no row in it`() async throws {
        let scene = try await read()
        try await turn(scene, .open, at: march(32, hours: 5))
        #expect(try await rows(scene) == [])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `the contracts together used what the point used`(seed: UInt64) async throws {
        let scene = try await read()
        var random = SeededGenerator(seed: seed)
        let kinds: [EventKind] = [.open, .close, .suspend]
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let at = march(1, hours: Int64.random(in: 0...743, using: &random))
            try await turn(scene, kinds.randomElement(using: &random) ?? .open, at: at)
        }
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(32))
        let report = try await Ledger(store: scene.store, pilot: GatewayScene.pilot)
            .usageReport(over: days, allContracts: true)
        let own = report.rows.filter { $0.point == .fed }
        #expect(own.reduce(0) { $0 + ($1.total.usageLitres ?? 0) } == 7_440)
        #expect(own.allSatisfy { $0.total.quality == .measured && $0.total.coverage.permille == 1_000 })
    }
}
