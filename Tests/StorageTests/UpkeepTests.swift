import Foundation
import Metering
import Testing

@testable import Storage

struct UpkeepTests {
    @Test func `a backup taken while work goes on is a whole store of its own`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path + "/data", as: .collector)
        try await store.register([registered(.first), registered(.second)])
        _ = try await store.store([arrival([reading()], key: "a")], at: moment)
        let before = try await store.everything()
        let target = folder.path + "/copy"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try await store.backup(to: target + "/" + MeterStore.fileName)
        _ = try await store.store([arrival([reading(.second)], key: "b")], at: moment)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [MeterStore.fileName])
        let copy = try await MeterStore.open(folder: target, as: .visitor)
        #expect(try await copy.everything() == before)
        #expect(try await copy.verify() == [])
    }

    @Test func `a backup never replaces a file, and a failing one leaves none`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.withTwoPoints()
        let file = folder.path + "/kept"
        try Data([1]).write(to: URL(fileURLWithPath: file))
        await #expect(throws: StoreError.self) { try await store.backup(to: file) }
        await #expect(throws: StoreError.self) { try await store.backup(to: folder.path + "/no/such") }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data([1]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kept"])
    }

    @Test func `the collector's checkpoint empties the log`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first)])
        let log = folder.path + "/" + MeterStore.fileName + "-wal"
        #expect(try Data(contentsOf: URL(fileURLWithPath: log)).isEmpty == false)
        try await store.checkpoint()
        #expect(try Data(contentsOf: URL(fileURLWithPath: log)).isEmpty)
    }

    /// Damage that constraints would refuse is planted with constraints switched off.
    @Test(arguments: [
        ("DELETE FROM capture", ["broken_reference", "reading_without_capture"]),
        ("UPDATE reading SET stored_utc = stored_utc + 1", ["reading_stored_apart_from_its_capture"]),
        ("DELETE FROM arrival_mark", ["reading_unknown_to_judgement"]),
        (
            "INSERT INTO progress (stage, point_key, sequence, judged_utc) VALUES ('usage', 1, 9, 0)",
            ["progress_ahead_of_arrivals"]
        ),
        (
            "INSERT INTO daily_usage VALUES (1, 20000, 5000, 0, 0, 0, NULL)",
            ["usage_without_known_time"]
        ),
        (
            """
            INSERT INTO incident (subject, kind, severity, state, opened_utc, started_utc, data_until_utc, rule,
                known_seconds, total_seconds)
            VALUES ('S-00001', 'burst', 'urgent', 'open', 0, 0, 0, 'burst/1', 0, 0)
            """,
            ["incident_without_history"]
        ),
        (
            "INSERT INTO event (point_key, kind, at_utc) VALUES (1, 'open', 0)",
            ["event_without_a_record"]
        ),
        (
            """
            INSERT INTO erased_span (point_key, before_utc, recorded_by, reason, stored_utc)
            VALUES (1, 1793491201, 'sato', 'R8-5', 0)
            """,
            ["reading_in_an_erased_span"]
        ),
        (
            """
            INSERT INTO mail (message_id, purpose, recipients, facts, created_utc, frozen_bytes, next_attempt_utc,
                sent_utc, state)
            VALUES ('<1@example.jp>', 'test', '[]', '{}', 0, x'4142', 0, 1, 'sent')
            """,
            ["mail_sent_without_its_message_id"]
        ),
    ])
    func `verify names the law that is broken`(damage: String, checks: [String]) async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()])], at: moment)
        #expect(try await store.verify() == [])
        try await store.run("PRAGMA foreign_keys = 0")
        try await store.run(damage)
        #expect(try await store.verify().map(\.check) == checks)
    }
}
