import Acquisition
import Decoding
import Synchronization
import Testing

@Suite struct LineQueueTests {
    /// A line that answers when it is told to, and remembers in which order it was asked.
    private final class Gate: RegisterBus {
        private let state = Mutex<(asked: [UInt8], open: [CheckedContinuation<Void, Never>])>(([], []))

        var asked: [UInt8] { state.withLock { $0.asked } }

        func exchange(_ question: Question) async throws(BusError) -> Exchange {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.asked.append(question.unit)
                    state.open.append(continuation)
                }
            }
            throw BusError(.timeout, "nobody")
        }

        /// Ends the exchange that is on the wire.
        func end() {
            state.withLock { $0.open.isEmpty ? nil : $0.open.removeFirst() }?.resume()
        }

        func wait(for count: Int) async {
            while asked.count < count { await Task.yield() }
        }
    }

    private func question(_ unit: UInt8, _ priority: LinePriority) -> Question {
        Question(ReadRequest(function: .inputRegisters, address: 0, count: 1), of: unit, priority: priority)
    }

    @Test func `the index goes before people, people before upkeep, and a search last`() async throws {
        let gate = Gate()
        let queue = LineQueue(gate)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await queue.exchange(question(1, .scan)) }
            await gate.wait(for: 1)
            // While unit 1 is on the wire, these come one after the other.
            for (unit, priority) in [
                (UInt8(2), LinePriority.scan), (3, .upkeep), (4, .person), (5, .index), (6, .person),
                (7, .index),
            ] {
                group.addTask { _ = try? await queue.exchange(question(unit, priority)) }
                for _ in 0..<2_000 { await Task.yield() }
            }
            for count in 2...8 {
                gate.end()
                if count < 8 { await gate.wait(for: count) }
            }
        }
        #expect(gate.asked == [1, 5, 7, 4, 6, 3, 2])
    }

    @Test func `one question at a time is on the wire, and a crowd is turned away`() async throws {
        let gate = Gate()
        let queue = LineQueue(gate)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for unit in UInt8(1)...80 {
                group.addTask {
                    do throws(BusError) {
                        _ = try await queue.exchange(question(unit, .scan))
                        return false
                    } catch {
                        return error.code == .crowded
                    }
                }
            }
            await gate.wait(for: 1)
            for _ in 0..<20_000 { await Task.yield() }
            #expect(gate.asked.count == 1)
            for count in 1...65 {
                await gate.wait(for: count)
                gate.end()
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 15)
    }
}
