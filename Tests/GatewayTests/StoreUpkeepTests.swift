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

    private func upkeep(_ store: MeterStore) -> StoreUpkeep {
        StoreUpkeep(
            store,
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
