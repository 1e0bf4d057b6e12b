import GRDB
import Metering
import Testing

@testable import Storage

struct QuarantineTests {
    private let rejection = Rejection(place: "a.csv:3", field: "meter_id", expected: "a meter", found: "TN-9")

    /// A store with one capture of which a row was put aside.
    private func store() async throws -> (MeterStore, Int64) {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()], key: "file", rejections: [rejection])], at: moment)
        return (store, try #require(try await store.quarantined().first?.number))
    }

    @Test func `an entry leads to the capture in which its row stands`() async throws {
        let (store, number) = try await store()
        let evidence = try #require(try await store.quarantinedEvidence(number))
        #expect(evidence.entry.rejection == rejection && evidence.entry.state == .waiting)
        #expect(evidence.capture?.bytes == [1, 3, 4] && evidence.capture?.key == "file")
        #expect(evidence.bytes == nil)
        #expect(try await store.quarantinedEvidence(number + 1) == nil)
    }

    @Test func `a file refused whole is kept with its bytes and stores nothing else`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.quarantine(rejection, bytes: [7, 8], of: "sha256:x a.csv", from: .file, at: moment)
        let number = try #require(try await store.quarantined().first?.number)
        let evidence = try #require(try await store.quarantinedEvidence(number))
        #expect(evidence.bytes == [7, 8] && evidence.capture == nil)
        #expect(try await store.captureCount() == 0)
    }

    @Test func `a released entry gives its readings to the capture that it stands in`() async throws {
        let (store, number) = try await store()
        let late = arrival([reading(.second, litres: 5)], key: "file")
        let tally = try await store.releaseQuarantined(
            number,
            as: FeedArrival(late),
            by: "sato",
            reason: "registered",
            at: moment + hour
        )
        #expect(tally == ReadingTally(stored: 1))
        #expect(try await store.captureCount() == 1)
        #expect(try await store.capture(of: reading(.second, litres: 5))?.key == "file")
        #expect(try await store.quarantined() == [])
        #expect(try await store.quarantined(includingDecided: true).map(\.state) == [.released])
        let act = try #require(try await store.auditLog().first)
        #expect(act.person == "sato" && act.action == "release" && act.detail == "registered")
        #expect(try await store.verify() == [], "it is younger than its capture by the decision of a person")
    }

    @Test func `judgement is told of what was released`() async throws {
        let (store, number) = try await store()
        _ = try await store.releaseQuarantined(
            number,
            as: FeedArrival(arrival([reading(.second)], key: "file")),
            by: "sato",
            reason: "registered",
            at: moment
        )
        #expect(try await store.unjudgedPoints(stage: "x").map(\.point).contains(.second))
    }

    @Test func `a release that contradicts the store changes nothing`() async throws {
        let (store, number) = try await store()
        let before = try await store.everything()
        for bad in [reading(litres: 999), reading(.unknown)] {
            let error = await #expect(throws: StoreError.self) {
                try await store.releaseQuarantined(
                    number,
                    as: FeedArrival(arrival([bad, reading(.second)], key: "file")),
                    by: "sato",
                    reason: "try",
                    at: moment
                )
            }
            #expect(error?.code == .conflicting)
            #expect(try await store.everything() == before)
        }
    }

    @Test func `a decision is made once, by somebody`() async throws {
        let (store, number) = try await store()
        await #expect(throws: StoreError.self) {
            try await store.dropQuarantined(number, by: "", reason: "no", at: moment)
        }
        #expect(try await store.quarantineCount() == 1)
        try await store.dropQuarantined(number, by: "sato", reason: "not ours", at: moment)
        let error = await #expect(throws: StoreError.self) {
            try await store.releaseQuarantined(
                number,
                as: FeedArrival(arrival([reading(.second)], key: "file")),
                by: "sato",
                reason: "again",
                at: moment
            )
        }
        #expect(error?.code == .notFound)
        #expect(try await store.allReadings(of: .second).isEmpty)
        #expect(try await store.auditLog().map(\.action) == ["drop"])
    }

    @Test func `what was dropped stays so when it comes again`() async throws {
        let (store, number) = try await store()
        try await store.dropQuarantined(number, by: "sato", reason: "not ours", at: moment)
        try await store.quarantine([rejection], from: .lineA, file: "file", at: moment + hour)
        #expect(try await store.quarantineCount() == 0)
        let entry = try #require(try await store.quarantined(includingDecided: true).first)
        #expect(entry.state == .dropped && entry.seenCount == 2)
    }

    @Test func `entries of the earlier version are kept, settled ones as dropped`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/" + MeterStore.fileName
        let queue = try DatabaseQueue(path: file)
        let before = Schema.migrator.migrations.prefix { $0 != "0008 quarantine by hand" }
        try Schema.migrator.migrate(queue, upTo: try #require(before.last))
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO path (key, id) VALUES (1, 'feed');
                    INSERT INTO quarantine (path_key, record_key, place, field, expected, found, bytes, stored_utc,
                        last_seen_utc, seen_count, state)
                    VALUES (1, 'a', 'p', 'f', 'e', 'x', x'0102', 5, 6, 3, 'waiting'),
                           (1, 'b', 'p', 'f', 'e', 'x', NULL, 5, 6, 1, 'settled');
                    """
            )
        }
        try queue.close()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        let entries = try await store.quarantined(includingDecided: true)
        #expect(entries.map(\.state) == [.waiting, .dropped])
        #expect(entries.map(\.seenCount) == [3, 1])
        #expect(try await store.quarantinedEvidence(1)?.bytes == [1, 2])
    }
}
