import Metering
import Synchronization
import Testing

@testable import Storage

struct ReaderQueueTests {
    private final class Count: Sendable {
        private let numbers = Mutex((now: 0, most: 0, done: 0))

        var most: Int { numbers.withLock { $0.most } }

        func begin() {
            numbers.withLock { numbers in
                numbers.now += 1
                numbers.most = max(numbers.most, numbers.now)
            }
        }

        /// - Returns: how many have ended.
        func end() -> Int {
            numbers.withLock { numbers in
                numbers.now -= 1
                numbers.done += 1
                return numbers.done
            }
        }
    }

    @Test func `everything is run, and never more at once than there are connections`() async {
        let queue = ReaderQueue()
        let count = Count()
        let total = 2_000
        await withCheckedContinuation { continuation in
            for number in 0..<total {
                queue.async {
                    count.begin()
                    // Some work of different lengths.
                    let sum = (0..<number % 97 * 10).reduce(0, &+)
                    if sum >= 0, count.end() == total { continuation.resume() }
                }
            }
        }
        #expect(count.most <= ReaderQueue.width)
    }

    @Test func `more readers at once than there are connections all get their answer`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first)])
        _ = try await store.store([arrival([reading()])], at: moment)
        let answers = try await withThrowingTaskGroup(of: Reading?.self) { group in
            for _ in 0..<200 { group.addTask { try await store.lastReading(of: .first) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 200)
        #expect(answers.allSatisfy { $0 == reading() })
    }
}
