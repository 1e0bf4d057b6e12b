import Acquisition
import Decoding
import Metering
import Testing

@Suite struct LinePollingTests {
    private func scene(
        to end: String = "2026-11-23T13:30:00Z",
        from start: String = "2026-11-23T09:17:42Z",
        earliness: Duration = .zero,
        _ answers: [UInt8: PollingScene.Answer],
        model: MeterProfile = PollingScene.model
    ) throws -> PollingScene {
        PollingScene(try JumpingClock(from: start, to: end, earliness: earliness), answers, model: model)
    }

    /// What happened in each round.
    private func rounds(_ scene: PollingScene) -> [[String]] {
        scene.events.split { $0.hasSuffix("round ended") }.map { Array($0) }
    }

    private func roundStarts(_ scene: PollingScene) -> [String] {
        rounds(scene).compactMap { $0.first.map { String($0.prefix(8)) } }
    }

    @Test(arguments: [0, 1, 72, 500])
    func `rounds begin on the full hour and never before it, however the clocks drift`(_ early: Int)
        async throws
    {
        let scene = try scene(earliness: .milliseconds(early), [1: PollingScene.good])
        try await scene.poll()
        #expect(roundStarts(scene) == ["10:00:00", "11:00:00", "12:00:00", "13:00:00"])
    }

    @Test func `a start on the full hour waits for the next`() async throws {
        let scene = try scene(
            to: "2026-11-23T11:30:00Z",
            from: "2026-11-23T10:00:00Z",
            [1: PollingScene.good]
        )
        try await scene.poll()
        #expect(roundStarts(scene) == ["11:00:00"])
    }

    @Test func `a slow round skips those it missed and stays on the grid`() async throws {
        let scene = try scene([1: PollingScene.good])
        try await scene.poll(every: .seconds(900)) { [scene] _ in
            if scene.rounds.isEmpty { scene.clock.advance(by: .seconds(2_000)) }
            return .done
        }
        #expect(roundStarts(scene).prefix(3) == ["09:30:00", "10:15:00", "10:30:00"])
    }

    @Test func `setting the clock back does not bring rounds off the grid`() async throws {
        let scene = try scene([1: PollingScene.good])
        try await scene.poll { [scene] _ in
            if scene.rounds.isEmpty { scene.clock.advance(by: .seconds(-1_800)) }
            return .done
        }
        #expect(roundStarts(scene) == ["10:00:00", "10:00:00", "11:00:00", "12:00:00", "13:00:00"])
    }

    @Test func `identity and scale are read first, and then once a day`() async throws {
        let scene = try scene(to: "2026-11-24T11:30:00Z", [1: PollingScene.good])
        try await scene.poll()
        #expect(
            scene.events("ask").prefix(4) == [
                "10:00:00 ask 1 identity", "10:00:00 ask 1 scale", "10:00:00 ask 1 index",
                "11:00:00 ask 1 index",
            ]
        )
        #expect(
            scene.events.filter { $0.hasSuffix("identity") }.map { $0.prefix(8) } == ["10:00:00", "10:00:00"]
        )
        #expect(scene.events.filter { $0.hasSuffix("index") }.count == 26)
    }

    @Test func `after any failure a unit must prove again who it is`() async throws {
        let scene = try scene([
            1: { (request, number) throws(BusError) in
                guard (3...4).contains(number) else { return try PollingScene.good(request, number) }
                throw BusError(.damaged, "noise")
            }
        ])
        try await scene.poll()
        #expect(
            scene.events("ask").dropFirst(3) == [
                "11:00:00 ask 1 index", "11:00:00 ask 1 identity", "11:00:00 ask 1 identity",
                "11:00:00 ask 1 scale", "11:00:00 ask 1 index", "12:00:00 ask 1 index",
                "13:00:00 ask 1 index",
            ]
        )
    }

    @Test func `an index that came is never lost to states that did not, nor asked for twice`() async throws {
        let failing: Set<Int> = [5, 8]
        let scene = try scene(
            [
                1: { (request, number) throws(BusError) in
                    guard failing.contains(number) else { return try PollingScene.good(request, number) }
                    throw BusError(.damaged, "noise")
                }
            ],
            model: PollingScene.alarmed
        )
        try await scene.poll()
        #expect(
            scene.events.filter { $0.contains(" ask ") || $0.contains(" deliver ") }.map { $0.dropFirst(9) }
                .prefix(12)
                == [
                    "ask 1 identity", "ask 1 scale", "ask 1 alarms", "ask 1 index", "deliver 1 answer",
                    "ask 1 alarms", "ask 1 index", "ask 1 identity", "ask 1 scale", "ask 1 index",
                    "ask 1 index",
                    "deliver 1 answer",
                ],
            "states hold for the round, and so does a proof"
        )
    }

    @Test func `a unit that proves to be another model is never delivered`() async throws {
        let scene = try scene([
            1: { (request, number) throws(BusError) in
                request.address == 0 ? [0, 41] : try PollingScene.good(request, number)
            }
        ])
        try await scene.poll()
        #expect(scene.events("deliver").isEmpty)
        #expect(scene.rounds.allSatisfy { $0.failed[1]?.code == .stranger })
        #expect(scene.log.messages == ["Unit does not answer 1"])
    }

    @Test func `a dead unit changes nothing about the others and costs one probe a round`() async throws {
        let end = "2026-11-24T09:30:00Z"
        let healthy = try scene(to: end, [1: PollingScene.good, 3: PollingScene.good])
        let ill = try scene(to: end, [1: PollingScene.good, 2: PollingScene.silent, 3: PollingScene.good])
        try await healthy.poll()
        try await ill.poll()
        let others = ill.events.filter { !$0.contains("ask 2") }
        #expect(others.map { $0.dropFirst(8) } == healthy.events.map { $0.dropFirst(8) })
        let probes = rounds(ill).map { $0.filter { $0.contains("ask 2") }.count }
        #expect(probes.first == 3)
        #expect(probes.dropFirst().allSatisfy { $0 == 1 })
        #expect(ill.rounds.allSatisfy { $0.answered == [1, 3] && Array($0.failed.keys) == [2] })
        #expect(ill.log.messages == ["Unit does not answer 2"])
    }

    @Test func `a unit that answers again is said to, once`() async throws {
        let scene = try scene(
            to: "2026-11-23T16:30:00Z",
            [
                1: { (request, number) throws(BusError) in
                    guard number < 4 else { return try PollingScene.good(request, number) }
                    throw BusError(.timeout, "silent")
                }
            ]
        )
        try await scene.poll()
        #expect(scene.log.messages == ["Unit does not answer 1", "Unit answers again 1"])
    }

    @Test func `a lost line is said once for the line and not for its units`() async throws {
        let clock = try JumpingClock(from: "2026-11-23T09:17:42Z", to: "2026-11-23T13:30:00Z")
        let answer: PollingScene.Answer = { (request, number) throws(BusError) in
            guard clock.timeOfDay < "12:00:00" else { return try PollingScene.good(request, number) }
            throw BusError(.unreachable, "no device")
        }
        let scene = PollingScene(clock, [1: answer, 2: answer])
        try await scene.poll()
        #expect(scene.log.messages == ["Line is lost", "Line is back"])
        #expect(scene.rounds.map { $0.lineFailure?.code } == [.unreachable, .unreachable, nil, nil])
    }

    @Test func `an exception is no reason to ask the same again`() async throws {
        let scene = try scene(
            to: "2026-11-23T10:30:00Z",
            [
                1: { (_, _) throws(BusError) in throw BusError(.exception(2), "illegal address") }
            ]
        )
        try await scene.poll()
        #expect(scene.events("ask").count == 1)
    }

    @Test func `a poll is done only when its data were stored`() async throws {
        let scene = try scene(to: "2026-11-23T10:30:00Z", [1: PollingScene.good, 2: PollingScene.good])
        try await scene.poll { _ in
            for _ in 0..<100 { await Task.yield() }
            return .done
        }
        let order = scene.events.filter { !$0.contains("identity") && !$0.contains("scale") }
        #expect(
            order.map { $0.dropFirst(9) } == [
                "ask 1 index", "deliver 1 answer", "stored 1",
                "ask 2 index", "deliver 2 answer", "stored 2", "round ended",
            ]
        )
    }

    @Test func `an answer that cannot be stored is said to be lost, and the others are stored`() async throws
    {
        struct Full: Error {}
        let scene = try scene(to: "2026-11-23T10:30:00Z", [1: PollingScene.good, 2: PollingScene.good])
        try await scene.poll { answer in
            if answer.unit == 1 { throw Full() }
            return .done
        }
        #expect(scene.events("stored").count == 1)
        #expect(scene.log.messages == ["An answer could not be stored 1"])
    }

    @Test func `an unlikely index is read again at once and handed over as a confirmation`() async throws {
        let scene = try scene(to: "2026-11-23T10:30:00Z", [1: PollingScene.good])
        try await scene.poll { _ in .confirm }
        #expect(
            scene.events.dropFirst(2).map { $0.dropFirst(9) } == [
                "ask 1 index", "deliver 1 answer", "stored 1",
                "ask 1 index", "deliver 1 confirmation", "stored 1", "round ended",
            ]
        )
    }

    @Test func `an index that cannot be confirmed stays delivered once, and the unit is tainted`()
        async throws
    {
        let scene = try scene(
            to: "2026-11-23T11:30:00Z",
            [
                1: { (request, number) throws(BusError) in
                    guard (3...4).contains(number) else { return try PollingScene.good(request, number) }
                    throw BusError(.timeout, "silent")
                }
            ]
        )
        try await scene.poll { [scene] _ in scene.rounds.isEmpty ? .confirm : .done }
        #expect(scene.events("deliver").count == 2)
        #expect(scene.rounds.map(\.answered) == [[1], [1]])
        #expect(
            scene.events.filter { $0.hasSuffix("identity") }.map { $0.prefix(5) } == [
                "10:00", "11:00", "11:00",
            ]
        )
    }

    @Test func `an answer carries its exchanges and all that is known of the unit`() async throws {
        let scene = try scene(to: "2026-11-23T11:30:00Z", [1: PollingScene.good])
        let site = SiteConversion(dial: Dial(capacity: .litres(1_000_000), resolution: .litres(1)))
        try await scene.poll { [scene] answer in
            #expect(answer.exchanges.last?.data == [0, 0, 0, 7])
            #expect(answer.exchanges.count == (scene.rounds.isEmpty ? 3 : 1))
            let index = try MeterDecoder(profile: PollingScene.model).index(
                channel: 1,
                image: answer.image,
                site: site
            )
            #expect(index.index == .litres(7))
            return .done
        }
        #expect(scene.events("stored").count == 2)
    }

    @Test func `a cancelled line asks nobody`() async throws {
        let scene = try scene([1: PollingScene.good])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { try await scene.poll() }
            try await group.waitForAll()
        }
        #expect(scene.events.isEmpty)
    }
}
