import Acquisition
import Metering
import Storage
import Testing

@testable import Gateway

struct ErasingTests {
    private func erasure(_ scene: GatewayScene, before: String? = nil) async throws -> Erasure {
        try await Erasing(pilot: GatewayScene.pilot, store: scene.store).erasure(
            of: .fed,
            before: before.flatMap { LocalDay($0) },
            by: "sato",
            reason: "R8-5",
            at: march(20)
        )
    }

    private func turn(_ scene: GatewayScene, _ kind: EventKind, at: Instant) async throws {
        let event = PointEvent(place: .point(.fed), kind: kind, at: at, by: "sato", reason: "notice")
        try await scene.store.record([EventRecord(event)], at: march(20))
    }

    @Test func `the past ends where the present contract began`() async throws {
        let scene = try await GatewayScene()
        try await turn(scene, .open, at: march(10, hours: 9))
        let found = try await erasure(scene)
        #expect(found.before == march(10, hours: 9))
        #expect(found.meters == [Meter.ID("M-3"), Meter.ID("TN-3")])
        #expect(try await erasure(scene, before: "2026-03-05").before == march(5))
    }

    @Test
    func `nothing of the present contract is erased, nor anything where none is recorded without a day`()
        async throws
    {
        let scene = try await GatewayScene()
        await #expect(throws: ActRefusal.self) { _ = try await erasure(scene) }
        #expect(try await erasure(scene, before: "2026-03-05").before == march(5))
        await #expect(throws: ActRefusal.self) { _ = try await erasure(scene, before: "2026-03-21") }
        try await turn(scene, .open, at: march(10, hours: 9))
        await #expect(throws: ActRefusal.self) { _ = try await erasure(scene, before: "2026-03-11") }
        await #expect(throws: ActRefusal.self) {
            _ = try await Erasing(pilot: GatewayScene.pilot, store: scene.store).erasure(
                of: ServicePoint.ID("S-9"),
                before: nil,
                by: "sato",
                reason: "R8-5",
                at: march(20)
            )
        }
    }

    @Test func `the feed's overlap brings nothing back, and the new contract goes on`() async throws {
        let scene = try await GatewayScene()
        let pages = (1...4 as ClosedRange<Int64>).map { day in
            let values = (0..<24 as Range<Int64>).map { (march(day, hours: $0), ((day - 1) * 24 + $0) * 10) }
            return GatewayScene.page(values, delivered: march(day + 1, hours: 6))
        }
        for page in pages { try await scene.pipeline.take(page, at: page.answered) }
        try await scene.pipeline.think(at: march(5))
        try await turn(scene, .open, at: march(3, hours: 12))
        _ = try await scene.store.erase(try await erasure(scene), at: march(20))
        for page in pages { try await scene.pipeline.take(page, at: march(20)) }
        try await scene.pipeline.think(at: march(20))
        #expect(try await scene.store.firstReading(of: .fed)?.at == march(3, hours: 12))
        #expect(try await scene.store.readingCount() == 36)
        #expect(try await scene.store.erasedSpans().map(\.refused) == [60])
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(5))
        let usage = try await scene.store.dailyUsage(of: .fed, in: days)
        #expect(usage.map(\.day) == [LocalDay(containing: march(3)), LocalDay(containing: march(4))])
        #expect(usage.map(\.volume) == [.litres(120), .litres(230)])
        #expect(try await scene.store.verify() == [])
    }
}
