import GRDB
import Metering
import Testing

@testable import Storage

struct MigrationTests {
    /// The migrations in the order in which they were appended.
    private static let names = Schema.migrator.migrations

    /// A file as an earlier version of the program left it.
    private func leave(_ file: String, after version: Int) throws {
        let queue = try DatabaseQueue(path: file)
        try Schema.migrator.migrate(queue, upTo: MigrationTests.names[version - 1])
        try queue.write { try $0.execute(sql: "INSERT INTO path (id) VALUES ('line-a')") }
        try queue.close()
    }

    @Test(arguments: 1...MigrationTests.names.count)
    func `data of every version are brought up and kept`(version: Int) async throws {
        let folder = try TemporaryFolder()
        try leave(folder.path + "/" + MeterStore.fileName, after: version)
        let opened = try await MeterStore.open(folder: folder.path, as: .collector)
        #expect(try await opened.texts("SELECT id FROM path") == ["line-a"])
        try await opened.register([registered(.first)])
        _ = try await opened.store([arrival([reading()])], at: moment)
        #expect(try await opened.dialSettings(of: .first) == [])
        #expect(try await opened.verify() == [])
    }

    @Test func `what was held before ways were told apart is the first way's`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/" + MeterStore.fileName
        let queue = try DatabaseQueue(path: file)
        let old = try #require(MigrationTests.names.last { $0 < "0010" })
        try Schema.migrator.migrate(queue, upTo: old)
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO path (key, id) VALUES (1, 'line-a');
                    INSERT INTO meter (key, id, dial_capacity_ml, dial_resolution_ml, is_billable)
                        VALUES (1, 'M', 1000000, 1000, 1);
                    INSERT INTO service_point (key, id, meter_key, calibre_mm, use_class, area, is_vacant)
                        VALUES (1, 'S-00001', 1, 20, 'household', '', 0);
                    INSERT INTO capture (key, path_key, record_key, source, asked_utc, answered_utc, delivered_utc,
                        request_bytes, bytes, stored_utc) VALUES (1, 1, 'a', '7', 1, 1, 1, x'', x'01', 1);
                    INSERT INTO held_reading (path_key, unit, serial, point_key, at_utc, index_ml, quality, status_bits,
                        capture_key) VALUES (1, 7, '2', 1, 5, 40000, 0, 0, 1);
                    """
            )
        }
        try queue.close()
        let opened = try await MeterStore.open(folder: folder.path, as: .collector)
        #expect(try await opened.held(at: .first)?.count == 1)
        #expect(try await opened.held(at: .first, by: .second) == nil)
    }
}
