import Acquisition
import Metering
import Simulation
import Synchronization
import Testing

struct VirtualTimeTests {
    private let start = Instant(secondsSince1970: 1_000_000)

    @Test func `sleepers wake in order of their deadlines, ties in order of registration`() async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let first = time.participant(named: "a")
        let second = time.participant(named: "b")
        try await withThrowingTaskGroup { group in
            group.addTask { try await walk(second, every: 20, times: 3, into: log) }
            group.addTask { try await walk(first, every: 30, times: 2, into: log) }
            group.addTask { await time.run(until: start + 1_000) }
            try await group.waitForAll()
        }
        #expect(log.lines == ["b 20", "a 30", "b 40", "a 60", "b 60"])
    }

    @Test(arguments: 0..<10)
    func `many participants come out the same each time`(run: Int) async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let participants = (0..<6).map { time.participant(named: "p\($0)") }
        try await withThrowingTaskGroup { group in
            for (number, participant) in participants.enumerated() {
                group.addTask {
                    try await walk(participant, every: Int64(3 + number), times: 40, into: log)
                }
            }
            await time.run(until: start + 100_000)
            try await group.waitForAll()
        }
        let expected = participants.indices.flatMap { number in
            (1...40).map { (at: $0 * (3 + number), number: number) }
        }.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.map { "p\($0.number) \($0.at)" }
        #expect(log.lines == expected)
    }

    @Test func `a participant that works on moves its own time only`() async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let busy = time.participant(named: "busy")
        let other = time.participant(named: "other")
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await busy.perform {
                    try await busy.clock.sleep(for: .seconds(10))
                    let line = busy.lineClock(for: try quietLine())
                    line.pause(for: .seconds(25))
                    log.add("busy \(busy.now() - start)")
                    try await busy.clock.sleep(for: .seconds(1))
                    log.add("busy \(busy.now() - start)")
                }
            }
            group.addTask { try await walk(other, every: 15, times: 2, into: log) }
            await time.run(until: start + 1_000)
            try await group.waitForAll()
        }
        #expect(log.lines == ["busy 35", "other 15", "other 30", "busy 36"])
    }

    @Test func `time stands still after the end until it runs on`() async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let walker = time.participant(named: "a")
        try await withThrowingTaskGroup { group in
            group.addTask { try await walk(walker, every: 10, times: 4, into: log) }
            await time.run(until: start + 25)
            #expect(log.lines == ["a 10", "a 20"])
            #expect(walker.now() == start + 20)
            await time.run(until: start + 40)
            #expect(log.lines == ["a 10", "a 20", "a 30", "a 40"])
            try await group.waitForAll()
        }
    }

    @Test func `a cancelled sleeper ends at once and holds up nobody`() async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let sleeper = time.participant(named: "sleeper")
        let walker = time.participant(named: "walker")
        await withThrowingTaskGroup { group in
            group.addTask {
                _ = await #expect(throws: CancellationError.self) {
                    try await sleeper.perform { try await sleeper.clock.sleep(for: .seconds(1_000_000)) }
                }
            }
            group.addTask { try await walk(walker, every: 10, times: 3, into: log) }
            await time.run(until: start + 20)
            group.cancelAll()
            await time.run(until: start + 1_000)
            _ = try? await group.waitForAll()
        }
        #expect(log.lines == ["walker 10", "walker 20"])
    }

    @Test func `one that has finished is not waited for`() async throws {
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let absent = time.participant(named: "absent")
        let walker = time.participant(named: "walker")
        absent.finish()
        try await withThrowingTaskGroup { group in
            group.addTask { try await walk(walker, every: 10, times: 1, into: log) }
            await time.run(until: start + 20)
            try await group.waitForAll()
        }
        #expect(log.lines == ["walker 10"])
        await #expect(throws: CancellationError.self) { try await absent.clock.sleep(for: .seconds(1)) }
    }

    @Test func `a participant that throws gives its turn back`() async throws {
        struct Trouble: Error {}
        let time = VirtualTime(startingAt: start)
        let log = Log()
        let thrower = time.participant(named: "thrower")
        let walker = time.participant(named: "walker")
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await #expect(throws: Trouble.self) {
                    try await thrower.perform { throw Trouble() }
                }
            }
            group.addTask { try? await walk(walker, every: 10, times: 2, into: log) }
            await time.run(until: start + 100)
        }
        #expect(log.lines == ["walker 10", "walker 20"])
    }

    private func walk(
        _ participant: Participant,
        every seconds: Int64,
        times: Int,
        into log: Log
    ) async throws {
        try await participant.perform {
            for _ in 0..<times {
                try await participant.clock.sleep(for: .seconds(seconds))
                log.add("\(participant.name) \(participant.now() - start)")
            }
        }
    }

    private func quietLine() throws -> SimulatedLine {
        try SimulatedLine([], in: Sample.quiet([]), named: "quiet", seed: 1)
    }
}

/// What happened, in order.
final class Log: Sendable {
    private let entries = Mutex<[String]>([])

    var lines: [String] { entries.withLock { $0 } }

    func add(_ line: String) {
        entries.withLock { $0.append(line) }
    }
}
