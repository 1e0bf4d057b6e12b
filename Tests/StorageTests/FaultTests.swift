import Dispatch
import Foundation
import Metering
import Testing

@testable import Storage

/// Each write made to fail in turn: what was stored before stays as it was, and afterwards work goes on.
struct FaultTests {
    private let batch = [
        arrival(
            [reading(at: moment + hour, litres: 110), reading(.second, at: moment + hour)],
            path: .feed,
            key: "new",
            rejections: [Rejection(place: "new", field: "flow", expected: "a number", found: "?")]
        ),
        arrival([reading(at: moment + 2 * hour, litres: 120)], path: .feed, key: "newer"),
    ]

    private func storeWithOneReading() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()], key: "old")], at: moment)
        return store
    }

    @Test(arguments: ["path", "capture", "reading", "quarantine", "arrival_mark"])
    func `arrivals are kept whole or not at all`(table: String) async throws {
        let store = try await storeWithOneReading()
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        let error = await #expect(throws: StoreError.self) {
            try await store.store(
                batch,
                advancing: Watermark(path: .feed, deliveredAt: moment),
                at: moment + hour
            )
        }
        #expect(error?.cause == "injected")
        #expect(try await store.everything() == before)
        try await store.letWritesPass()
        let outcomes = try await store.store(batch, at: moment + hour)
        #expect(outcomes.first == .stored(ReadingTally(stored: 2, quarantined: 1)))
    }

    @Test func `the last write of a batch failing undoes the first`() async throws {
        let store = try await storeWithOneReading()
        let before = try await store.everything()
        try await store.failEveryWrite(to: "reading", when: "NEW.index_ml = 120000")
        await #expect(throws: StoreError.self) { try await store.store(batch, at: moment + hour) }
        #expect(try await store.everything() == before)
    }

    @Test(arguments: ["meter", "service_point", "meter_exchange", "arrival_mark", "audit"])
    func `an exchange is recorded whole or not at all`(table: String) async throws {
        let store = try await storeWithOneReading()
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        let exchange = MeterExchange(
            point: .first,
            at: moment,
            closing: .litres(9),
            opening: .zero,
            newMeter: .new
        )
        await #expect(throws: StoreError.self) { try await store.record(exchange, by: "sato", at: moment) }
        #expect(try await store.everything() == before)
    }

    @Test func `a full disk is told as such and loses nothing`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first), registered(.second)])
        _ = try await store.store([arrival([reading()], key: "old")], at: moment)
        let before = try await store.everything()
        let pages = try #require(try await store.writerSetting("page_count"))
        try await store.run("PRAGMA max_page_count = \(pages)")
        let large = arrival(
            [reading(at: moment + hour)],
            key: "large",
            bytes: [UInt8](repeating: 7, count: 100_000)
        )
        let error = await #expect(throws: StoreError.self) {
            try await store.store([large], at: moment + hour)
        }
        #expect(error?.code == .full)
        #expect(try await store.everything() == before)
        try await store.run("PRAGMA max_page_count = 1000000")
        #expect(try await store.store([large], at: moment + hour) == [.stored(ReadingTally(stored: 1))])
        #expect(try await store.verify() == [])
    }

    @Test func `a database that can't be written is told as such and can still be read`() async throws {
        let store = try await storeWithOneReading()
        try await store.run("PRAGMA query_only = 1")
        let error = await #expect(throws: StoreError.self) { try await store.store(batch, at: moment) }
        #expect(error?.code == .readOnly)
        #expect(try await store.allReadings() == [reading()])
    }

    @Test func `a write that another process holds up fails as busy`() async throws {
        let folder = try TemporaryFolder()
        let collector = try await MeterStore.open(folder: folder.path, as: .collector)
        try await collector.register([registered(.first)])
        let visitor = try await MeterStore.open(folder: folder.path, as: .visitor)
        try await collector.run("PRAGMA busy_timeout = 1")
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        async let holding: Void = visitor.write("hold the lock") { _ in
            hold.finish()
            release.wait()
        }
        for await _ in held {}
        let error = await #expect(throws: StoreError.self) {
            try await collector.store([arrival([reading()])], at: moment)
        }
        release.signal()
        try await holding
        #expect(error?.code == .busy)
        #expect(
            try await collector.store([arrival([reading()])], at: moment) == [
                .stored(ReadingTally(stored: 1))
            ]
        )
    }

    @Test func `a write goes on to its end when its task is cancelled`() async throws {
        let store = try await storeWithOneReading()
        try await withThrowingTaskGroup { group in
            group.addTask {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await store.store(batch, at: moment + hour)
            }
            try await group.waitForAll()
        }
        #expect(try await store.readingCount() == 4)
    }
}

extension MeterStore {
    /// Makes every insert into and update of `table` fail on this connection.
    func failEveryWrite(to table: String, when condition: String = "1") async throws {
        for act in ["INSERT", "UPDATE"] {
            try await run(
                """
                CREATE TEMP TRIGGER fail_\(act) BEFORE \(act) ON main.\(table) WHEN \(condition)
                BEGIN SELECT RAISE(ABORT, 'injected'); END
                """
            )
        }
    }

    func letWritesPass() async throws {
        for act in ["INSERT", "UPDATE"] { try await run("DROP TRIGGER fail_\(act)") }
    }
}
