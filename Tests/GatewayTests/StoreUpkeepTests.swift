import Logging
import Metering
import Storage
import Testing

@testable import Gateway

struct StoreUpkeepTests {
    /// Readings of half a year before, and the instants at which upkeep slept.
    private func scene() async throws -> GatewayScene {
        let scene = try await GatewayScene()
        let old = (0..<48).map { hour in
            Reading(point: .fed, at: march(-180, hours: Int64(hour)), index: .litres(Int64(hour)))
        }
        try await scene.keep(old, key: "old", at: march(-178))
        return scene
    }

    private func upkeep(
        _ store: MeterStore,
        retain: (@Sendable (Instant) async throws -> Int)? = nil
    ) -> StoreUpkeep {
        StoreUpkeep(
            store,
            retain: retain,
            clock: EndingClock(),
            now: { march(1) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func `what is old is sealed at the start`() async throws {
        let scene = try await scene()
        try await upkeep(scene.store).run()
        #expect(try await scene.store.seal(at: march(1)) == 0)
        #expect(try await scene.store.readingCount() == 48)
    }

    @Test func `what is over goes with the round, and nothing where nobody wants that`() async throws {
        let scene = try await scene()
        var settings = RetentionSettings()
        settings.telegramMonths = 3
        let retaining = Retaining(settings, pilot: GatewayScene.pilot, store: scene.store)
        try await upkeep(scene.store).run()
        #expect(try await retaining.plan(at: march(1)).total == 1)
        try await upkeep(scene.store) { now in
            try await retaining.apply(by: "gateway", reason: "nightly", at: now).total
        }.run()
        #expect(try await retaining.plan(at: march(1)).total == 0)
        #expect(try await scene.store.auditLog().map(\.person) == ["gateway"])
    }

    @Test func `a retention that fails ends nothing`() async throws {
        let scene = try await scene()
        try await upkeep(scene.store) { _ in throw StoreError(.full, "injected") }.run()
        #expect(try await scene.store.readingCount() == 48)
    }

    @Test func `a store that fails ends nothing, and the next round seals`() async throws {
        let scene = try await scene()
        try await scene.store.failEveryWrite(to: "reading_block")
        try await upkeep(scene.store).run()
        #expect(try await scene.store.readingCount() == 48)
        try await scene.store.letWritesPass()
        #expect(try await scene.store.seal(at: march(1)) == 1)
    }
}

/// A clock on which every sleep is the last one.
private struct EndingClock: Clock {
    typealias Instant = ContinuousClock.Instant

    var now: Instant { ContinuousClock().now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        throw CancellationError()
    }
}
