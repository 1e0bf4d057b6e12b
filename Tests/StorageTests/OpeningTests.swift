import Foundation
import Metering
import Testing

@testable import Storage

struct OpeningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `what was stored is there after closing and opening`() async throws {
        let path = folder.path + "/made/on/the/way"
        let store = try await MeterStore.open(folder: path, as: .collector)
        try await store.register([registered(.first)])
        _ = try await store.store([arrival([reading()])], at: moment)
        try store.close()
        let again = try await MeterStore.open(folder: path, as: .visitor)
        #expect(try await again.allReadings() == [reading()])
        #expect(try await again.verify() == [])
    }

    @Test func `commits are durable, references guarded, and the log is written ahead`() async throws {
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        #expect(try await store.writerSetting("synchronous") == "2")
        #expect(try await store.writerSetting("foreign_keys") == "1")
        #expect(try await store.writerSetting("journal_mode") == "wal")
        #expect(try await store.writerSetting("busy_timeout") == "10000")
    }

    @Test func `a second collector is refused and changes nothing`() async throws {
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first)])
        let error = await #expect(throws: StoreError.self) {
            try await MeterStore.open(folder: folder.path, as: .collector)
        }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        #expect(try await store.registeredPoints().count == 1)
    }

    @Test func `a collector that is gone leaves the folder to the next`() async throws {
        do { _ = try await MeterStore.open(folder: folder.path, as: .collector) }
        _ = try await MeterStore.open(folder: folder.path, as: .collector)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/" + MeterStore.lockFileName))
    }

    @Test func `a visitor writes beside the collector and never checkpoints`() async throws {
        let collector = try await MeterStore.open(folder: folder.path, as: .collector)
        let visitor = try await MeterStore.open(folder: folder.path, as: .visitor)
        try await visitor.register([registered(.first)])
        _ = try await collector.store([arrival([reading()])], at: moment)
        #expect(try await visitor.allReadings() == [reading()])
        #expect(try await visitor.writerSetting("wal_autocheckpoint") == "0")
        #expect(try await collector.writerSetting("wal_autocheckpoint") == "1000")
        await #expect(throws: StoreError.self) { try await visitor.checkpoint() }
    }

    @Test func `data of a later version are refused and left as they are`() async throws {
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first)])
        try await store.run("INSERT INTO grdb_migrations (identifier) VALUES ('9999 from the future')")
        let before = try await store.everything()
        let error = await #expect(throws: StoreError.self) {
            try await MeterStore.open(folder: folder.path, as: .visitor)
        }
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("9999 from the future") == true)
        #expect(try await store.everything() == before)
    }

    @Test func `a file that is no database is refused and left as it is`() async throws {
        let file = folder.path + "/" + MeterStore.fileName
        let text = Data(String(repeating: "not a database. ", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: file))
        let error = await #expect(throws: StoreError.self) {
            try await MeterStore.open(folder: folder.path, as: .collector)
        }
        #expect(error?.code == .damaged)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == text)
    }

    @Test func `a folder where nothing can be made is refused`() async throws {
        let error = await #expect(throws: StoreError.self) {
            try await MeterStore.open(folder: "/proc/mizumori", as: .collector)
        }
        #expect(error?.code == .readOnly)
    }

    @Test func `a visitor waits for no schema that a running collector holds`() async throws {
        let lock = try CollectorLock(file: folder.path + "/" + MeterStore.lockFileName)
        let error = await #expect(throws: StoreError.self) {
            try await MeterStore.open(folder: folder.path, as: .visitor)
        }
        #expect(error?.code == .locked)
        withExtendedLifetime(lock) {}
    }
}
