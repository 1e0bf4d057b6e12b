import Gateway
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct SupervisionTests {
    /// What started and ended, in order.
    private final class Diary: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func note(_ line: String) { lines.withLock { $0.append(line) } }
        func wait(for line: String) async { while !all.contains(line) { await Task.yield() } }
    }

    private struct Part: Service {
        let name: String
        let diary: Diary

        func run() async throws {
            diary.note("+\(name)")
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3_600)) }
            diary.note("-\(name)")
        }
    }

    private final class Wanted: Sendable {
        let parts: Mutex<[String: Int]>
        init(_ parts: [String: Int]) { self.parts = Mutex(parts) }
    }

    @Test func `what is unchanged is not touched, the rest starts, ends or is made anew`() async throws {
        let diary = Diary()
        let wanted = Wanted(["a": 1, "b": 1])
        let (changes, change) = AsyncStream.makeStream(of: Void.self)
        let supervision = Supervision(
            parts: {
                wanted.parts.withLock { $0 }.sorted { $0.key < $1.key }.map { key, version in
                    Supervision.Part(key: key, basis: version) {
                        Part(name: "\(key)\(version)", diary: diary)
                    }
                }
            },
            changes: changes,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let task = Task { try await supervision.run() }
        await diary.wait(for: "+a1")
        await diary.wait(for: "+b1")
        wanted.parts.withLock { $0 = ["a": 1, "b": 2, "c": 1] }
        change.yield()
        for line in ["-b1", "+b2", "+c1"] { await diary.wait(for: line) }
        wanted.parts.withLock { $0 = ["a": 1] }
        change.yield()
        for line in ["-b2", "-c1"] { await diary.wait(for: line) }
        #expect(!diary.all.contains("-a1"))
        task.cancel()
        _ = await task.result
        #expect(diary.all.filter { $0.hasSuffix("a1") } == ["+a1", "-a1"])
    }
}
