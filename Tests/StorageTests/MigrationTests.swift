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
}
