import Foundation
import Metering
import Testing

@testable import Storage

struct RestoreTests {
    private let folder: TemporaryFolder
    private var data: String { folder.path + "/data" }
    private var backup: String { folder.path + "/backup.sqlite" }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A folder whose database has one reading more than its backup.
    private func scene() async throws {
        let store = try await MeterStore.open(folder: data, as: .collector)
        try await store.register([registered(.first)])
        _ = try await store.store([arrival([reading()])], at: moment)
        try await store.backup(to: backup)
        _ = try await store.store([arrival([reading(at: moment + hour)])], at: moment + hour)
        try store.close()
    }

    private func restore() async throws(StoreError) -> String? {
        try await MeterStore.restore(from: backup, into: data, keepingOldAs: "before")
    }

    private func count(in folder: String) async throws -> Int {
        let store = try await MeterStore.open(folder: folder, as: .visitor)
        defer { try? store.close() }
        return try await store.readingCount()
    }

    @Test func `a backup takes the database's place, and the old one is kept`() async throws {
        try await scene()
        #expect(try await restore() == data + "/mizumori.sqlite.before")
        #expect(try await count(in: data) == 1)
        let old = try #require(FileManager.default.contents(atPath: data + "/mizumori.sqlite.before"))
        #expect(!old.isEmpty)
        await #expect(throws: StoreError.self) { try await restore() }
        #expect(try await count(in: data) == 1)
    }

    @Test func `what only the old database's log held is in the old database`() async throws {
        try await scene()
        let files = ["", "-wal", "-shm"].map { "mizumori.sqlite" + $0 }
        let store = try await MeterStore.open(folder: data, as: .collector)
        _ = try await store.store([arrival([reading(at: moment + 2 * hour)])], at: moment + 2 * hour)
        let crashed = folder.path + "/crashed"
        try FileManager.default.createDirectory(atPath: crashed, withIntermediateDirectories: false)
        for file in files {
            try FileManager.default.copyItem(atPath: data + "/" + file, toPath: crashed + "/" + file)
        }
        try store.close()
        let old = try await MeterStore.restore(from: backup, into: crashed, keepingOldAs: "before")
        #expect(try await count(in: crashed) == 1)
        let again = folder.path + "/again"
        #expect(try await MeterStore.restore(from: try #require(old), into: again, keepingOldAs: "x") == nil)
        #expect(try await count(in: again) == 3)
    }

    @Test func `a database that can't be opened is kept with its log, and replaced`() async throws {
        try await scene()
        let database = data + "/mizumori.sqlite"
        for part in ["", "-wal"] {
            try "no database".write(toFile: database + part, atomically: true, encoding: .utf8)
        }
        #expect(try await restore() == database + ".before")
        #expect(try await count(in: data) == 1)
        for part in ["", "-wal"] {
            #expect(try String(contentsOfFile: database + ".before" + part, encoding: .utf8) == "no database")
        }
    }

    @Test func `a folder without a database is filled`() async throws {
        try await scene()
        let empty = folder.path + "/new"
        #expect(try await MeterStore.restore(from: backup, into: empty, keepingOldAs: "x") == nil)
        #expect(try await count(in: empty) == 1)
    }

    @Test func `while a collector runs nothing is restored`() async throws {
        try await scene()
        let collector = try await MeterStore.open(folder: data, as: .collector)
        let error = await #expect(throws: StoreError.self) { try await restore() }
        #expect(error?.code == .locked)
        #expect(try await collector.readingCount() == 2)
    }

    @Test(
        arguments: [("", .damaged), ("no database at all, but some text", .damaged), (nil, .notFound)]
            as [(String?, StoreError.Code)]
    )
    func `what is no backup leaves everything as it was`(content: String?, code: StoreError.Code) async throws
    {
        try await scene()
        try FileManager.default.removeItem(atPath: backup)
        if let content { try content.write(toFile: backup, atomically: true, encoding: .utf8) }
        let error = await #expect(throws: StoreError.self) { try await restore() }
        #expect(error?.code == code)
        #expect(try await count(in: data) == 2)
    }

    @Test func `a damaged backup is refused`() async throws {
        try await scene()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        for place in stride(from: 5_000, to: bytes.count, by: 97) { bytes[place] ^= 0xFF }
        try bytes.write(to: URL(fileURLWithPath: backup))
        let error = await #expect(throws: StoreError.self) { try await restore() }
        #expect(error?.code == .damaged)
        #expect(try await count(in: data) == 2)
    }
}
