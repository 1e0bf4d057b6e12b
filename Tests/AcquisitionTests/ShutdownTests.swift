import Acquisition
import Decoding
import Logging
import Metering
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct ShutdownTests {
    @Test func `a shutdown keeps the answer in hand, asks nobody else and ends the line`() async throws {
        let clock = try JumpingClock(from: "2026-11-23T09:17:42Z", to: "2026-12-23T10:30:00Z")
        let scene = PollingScene(clock, [1: PollingScene.good, 2: PollingScene.good])
        let (stream, go) = AsyncStream.makeStream(of: Void.self)
        let service = Wrapped {
            try await scene.poll { _ in
                go.yield()
                for _ in 0..<1000 { await Task.yield() }
                while !Task.isShuttingDownGracefully { await Task.yield() }
                try Task.checkCancellation()
                return .done
            }
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in stream { break }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(
            scene.events.map { $0.dropFirst(9) } == [
                "ask 1 identity", "ask 1 scale", "ask 1 index", "deliver 1 answer", "stored 1", "round ended",
            ]
        )
        #expect(scene.log.messages.isEmpty)
    }
    struct Wrapped: Service {
        let body: @Sendable () async throws -> Void; func run() async throws { try await body() }
    }
}
