import Metering
import Seeds
import Storage
import Testing

@testable import Gateway

struct RebuildTests {
    /// A hundred days of hours at one home, most of them older than what a judgement looks at: days of use, days of
    /// standstill below the highest index, jitter, a spike now and then, gaps.
    private func readings(seed: UInt64) -> [Reading] {
        var generator = SeededGenerator(seed: seed)
        var litres: Int64 = 900_000
        return (0..<100 * 24).compactMap { hour in
            let isAtHome = hour / 24 % 24 < 4
            if isAtHome, Int.random(in: 0...2, using: &generator) > 0 {
                litres += Int64.random(in: 0...40, using: &generator)
            }
            let hasLeftToday = hour % (24 * 24) == 4 * 24
            if hasLeftToday { litres -= Int64.random(in: 0...5, using: &generator) }
            guard Int.random(in: 0...9, using: &generator) > 0 else { return nil }
            let isJittering = Int.random(in: 0...5, using: &generator) == 0
            let jitter = isJittering ? Int64.random(in: 0...4, using: &generator) : 0
            let spike: Int64 = Int.random(in: 0...80, using: &generator) == 0 ? 70_000 : 0
            return Reading(
                point: .fed,
                at: march(-81, hours: Int64(hour)),
                index: .litres(litres - jitter + spike)
            )
        }
    }

    private func bring(_ readings: [Reading], to scene: GatewayScene, key: String) async throws {
        try await scene.keep(readings, key: key, at: march(20))
        try await scene.pipeline.think(at: march(20))
    }

    @Test(arguments: [UInt64](1...12))
    func `usage kept up arrival by arrival, in any order, is that of the whole history`(seed: UInt64)
        async throws
    {
        var generator = SeededGenerator(seed: seed &* 77)
        let scene = try await GatewayScene()
        var waiting = readings(seed: seed)
        if seed.isMultiple(of: 2) { waiting.shuffle(using: &generator) }
        while !waiting.isEmpty {
            let some = Array(waiting.prefix(Int.random(in: 1...200, using: &generator)))
            waiting.removeFirst(some.count)
            try await bring(some, to: scene, key: "\(waiting.count)")
        }
        let rebuild = Rebuild(store: scene.store, pilot: GatewayScene.pilot)
        #expect(try await rebuild.run(at: march(20)) == [], "seed \(seed)")
    }

    @Test func `what was kept wrongly is told, put right and audited`() async throws {
        let scene = try await GatewayScene()
        try await bring(readings(seed: 5), to: scene, key: "all")
        let day = LocalDay(containing: march(5))
        let right = try #require(
            try await scene.store.dailyUsage(of: .fed, in: day..<day.advanced(by: 1)).first
        )
        let wrong = DailyUsage(point: .fed, day: day, volume: right.volume + .litres(7), knownSeconds: 86_400)
        let invented = DailyUsage(
            point: .fed,
            day: day.advanced(by: 300),
            volume: .litres(1),
            knownSeconds: 60
        )
        try await scene.store.replaceUsage(of: .fed, with: [wrong, invented], removing: [], at: march(20))
        let rebuild = Rebuild(store: scene.store, pilot: GatewayScene.pilot)
        let differences = try await rebuild.run(at: march(20))
        #expect(differences.map(\.day) == [day, day.advanced(by: 300)])
        #expect(differences.map(\.derived) == [right, nil])
        #expect(try await rebuild.run(at: march(20)) == [])
    }

    @Test func `the night's minimum is the least of four hours, and unknown when one of them is`()
        async throws
    {
        let scene = try await GatewayScene()
        let litres: [Int64] = [0, 1, 5, 7, 12, 15, 15]
        let night = litres.enumerated().map { hour, index in
            Reading(point: .fed, at: march(3, hours: Int64(hour)), index: .litres(1_000 + index))
        }
        try await bring(
            night.filter { $0.at != march(3, hours: 3) && $0.at != march(3, hours: 4) },
            to: scene,
            key: "a"
        )
        let day = LocalDay(containing: march(3))
        let days = day..<day.advanced(by: 1)
        #expect(try await scene.store.dailyUsage(of: .fed, in: days).map(\.nightMinimum) == [nil])
        try await bring(night, to: scene, key: "b")
        #expect(try await scene.store.dailyUsage(of: .fed, in: days).map(\.nightMinimum) == [.litres(2)])
    }
}
