import Metering
import Testing

@testable import Storage

struct ArrivalTests {
    @Test func `a reading sent twice is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let first = try await store.store([arrival([reading()], key: "a")], at: moment)
        let second = try await store.store([arrival([reading()], key: "b")], at: moment + 60)
        #expect(first == [.stored(ReadingTally(stored: 1))])
        #expect(second == [.stored(ReadingTally(duplicates: 1))])
        #expect(try await store.readingCount() == 1)
        #expect(try await store.captureCount() == 2)
    }

    @Test func `a record delivered again changes nothing`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let record = arrival([reading()], key: "a")
        _ = try await store.store([record], at: moment)
        let before = try await store.everything()
        #expect(try await store.store([record], at: moment + hour) == [.duplicate])
        #expect(try await store.everything() == before)
    }

    @Test func `a record delivered twice in one batch is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let record = arrival([reading()], key: "a")
        let outcomes = try await store.store([record, record], at: moment)
        #expect(outcomes == [.stored(ReadingTally(stored: 1)), .duplicate])
    }

    @Test func `the same key on another path is another record`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let here = arrival([reading()], path: .lineA, key: "a")
        let there = arrival([reading(.second)], path: .lineB, key: "a")
        _ = try await store.store([here, there], at: moment)
        #expect(try await store.captureCount() == 2)
        #expect(try await store.readingCount() == 2)
    }

    @Test func `other bytes under a known key are quarantined whole and the stored reading stays`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading(litres: 100)], key: "a", bytes: [1])], at: moment)
        let other = arrival([reading(litres: 200), reading(.second)], key: "a", bytes: [2])
        #expect(try await store.store([other], at: moment + 1) == [.conflicting])
        #expect(try await store.allReadings() == [reading(litres: 100)])
        #expect(try await store.allReadings(of: .second).isEmpty)
        let waiting = try await store.quarantined()
        #expect(waiting.map(\.rejection.field) == ["record"])
        #expect(waiting.map(\.record) == ["a"])
        #expect(try await store.texts("SELECT hex(bytes) FROM quarantine") == ["02"])
    }

    @Test func `another index for the same instant and revision is quarantined`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading(litres: 100)], key: "a")], at: moment)
        let outcome = try await store.store([arrival([reading(litres: 90)], key: "b")], at: moment + 1)
        #expect(outcome == [.stored(ReadingTally(quarantined: 1))])
        #expect(try await store.allReadings() == [reading(litres: 100)])
        let rejection = try #require(try await store.quarantined().first?.rejection)
        #expect(rejection.field == "index_ml")
        #expect(rejection.expected.hasPrefix("100000"))
        #expect(rejection.found == "90000")
    }

    @Test func `a correction is kept beside what it corrects, and counts`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading(litres: 100)], key: "a")], at: moment)
        _ = try await store.store([arrival([reading(litres: 90, revision: 2)], key: "b")], at: moment + hour)
        #expect(try await store.readingCount() == 2)
        #expect(try await store.allReadings() == [reading(litres: 90, revision: 2)])
        #expect(try await store.allReadings(asOf: moment) == [reading(litres: 100)])
    }

    @Test(arguments: [
        (Reading(point: .unknown, at: moment, index: .litres(1)), "service_point"),
        (Reading(point: .first, at: moment, index: .millilitres(-1)), "index_ml"),
        (Reading(point: .first, at: moment, index: .litres(1), revision: 0), "revision"),
    ])
    func `a reading that can't be is quarantined while its neighbours are kept`(
        bad: Reading,
        field: String
    ) async throws {
        let store = try await MeterStore.withTwoPoints()
        let outcome = try await store.store([arrival([bad, reading(.second)], key: "a")], at: moment)
        #expect(outcome == [.stored(ReadingTally(stored: 1, quarantined: 1))])
        #expect(try await store.quarantined().map(\.rejection.field) == [field])
        #expect(try await store.readingCount() == 1)
    }

    @Test func `the same rejection seen again is counted, not repeated`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let rejection = Rejection(place: "r 1", field: "index", expected: "a number", found: "x")
        try await store.quarantine([rejection], from: .file, file: "readings.csv", at: moment)
        try await store.quarantine([rejection], from: .file, file: "readings.csv", at: moment + hour)
        let waiting = try #require(try await store.quarantined().first)
        #expect(try await store.quarantineCount() == 1)
        #expect(waiting.seenCount == 2)
        #expect(waiting.storedAt == moment)
        #expect(waiting.lastSeenAt == moment + hour)
    }

    @Test func `a settled entry waits no longer and is audited`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading(.unknown)], key: "a")], at: moment)
        let number = try #require(try await store.quarantined().first?.number)
        try await store.dropQuarantined(number, by: "sato", reason: "wrong id", at: moment + hour)
        #expect(try await store.quarantineCount() == 0)
        #expect(try await store.auditLog().map(\.subject) == ["quarantine \(number)"])
        let error = await #expect(throws: StoreError.self) {
            try await store.dropQuarantined(number, by: "sato", reason: "again", at: moment + hour)
        }
        #expect(error?.code == .notFound)
    }

    @Test func `a reading leads back to its capture with bytes and four times`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let times = CaptureTimes(
            asked: moment,
            answered: moment + 1,
            own: moment - 7,
            delivered: moment + 9
        )
        let capture = Capture(
            path: .feed,
            source: "0012",
            key: "k",
            times: times,
            request: [1, 2],
            bytes: [0, 255]
        )
        _ = try await store.store([Arrival(capture: capture, readings: [reading()])], at: moment)
        #expect(try await store.capture(of: reading()) == capture)
        #expect(try await store.capture(of: reading(revision: 2)) == nil)
    }

    @Test func `the watermark is set with its page and never moves back`() async throws {
        let store = try await MeterStore.withTwoPoints()
        #expect(try await store.watermark(of: .feed) == nil)
        let page = [arrival([reading()], path: .feed, key: "a")]
        _ = try await store.store(page, advancing: Watermark(path: .feed, deliveredAt: moment), at: moment)
        #expect(try await store.watermark(of: .feed) == moment)
        _ = try await store.store(
            [],
            advancing: Watermark(path: .feed, deliveredAt: moment - hour),
            at: moment
        )
        #expect(try await store.watermark(of: .feed) == moment)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `any order of arrivals gives the same readings`(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        let arrivals = randomArrivals(using: &numbers)
        var expected: [Reading]?
        for _ in 0..<4 {
            let store = try await MeterStore.withTwoPoints()
            for (step, batch) in arrivals.shuffled(using: &numbers).split(by: 5).enumerated() {
                _ = try await store.store(batch, at: moment + Int64(step))
            }
            let readings = try await store.allReadings() + store.allReadings(of: .second)
            #expect(readings == expected ?? readings)
            #expect(try await store.verify() == [])
            expected = readings
        }
    }

    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func `as of an instant is what was stored by then`(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        let store = try await MeterStore.withTwoPoints()
        var seen: [(Instant, [Reading])] = []
        for (step, batch) in randomArrivals(using: &numbers).shuffled(using: &numbers).split(by: 7)
            .enumerated()
        {
            let now = moment + Int64(step) * hour
            _ = try await store.store(batch, at: now)
            seen.append((now, try await store.allReadings()))
        }
        for (instant, readings) in seen {
            #expect(try await store.allReadings(asOf: instant) == readings)
        }
    }

    /// Hourly readings of two points, some corrected, some delivered twice; never two indexes for one revision.
    private func randomArrivals(using numbers: inout SeededNumbers) -> [Arrival] {
        var arrivals: [Arrival] = []
        for step in 0..<30 {
            for point in [ServicePoint.ID.first, .second] {
                for revision in 1...Int.random(in: 1...3, using: &numbers) {
                    let litres = Int64(step * 10 + revision)
                    let value = reading(
                        point,
                        at: moment + Int64(step) * hour,
                        litres: litres,
                        revision: revision
                    )
                    let record = arrival(
                        [value],
                        key: "\(point) \(step) \(revision)",
                        bytes: [UInt8(revision)]
                    )
                    arrivals += Bool.random(using: &numbers) ? [record, record] : [record]
                }
            }
        }
        return arrivals
    }
}

extension Array {
    fileprivate func split(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
