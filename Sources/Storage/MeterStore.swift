internal import FoundationEssentials
internal import GRDB

/// The gateway's memory: what was captured, meant, decided and sent, in one SQLite file.
///
/// It maps and guards; it never judges. Two transactions carry the data: `store(arrivals:)` keeps captures with
/// their readings, and only then is a poll done; `store(judgements:)` keeps usage, incidents, mail and progress.
/// Whatever happens between the two, `unjudgedPoints` names what the second still owes.
///
/// All writes go through one connection and are durable when the call returns (WAL, `synchronous=FULL`); reads run
/// beside them on their own connections and see whole transactions only. A call once begun is finished even when its
/// task is cancelled. Copies share the connections and, for the collector, the lock; the last copy releases them.
public struct MeterStore: Sendable {
    let database: any DatabaseWriter
    let role: Role
    let keys = PointKeys()
    private let readers = ReaderQueue()
    private let lock: CollectorLock?

    /// Who opens the data folder.
    public enum Role: Hashable, Sendable {
        /// The one process that polls, pulls and checkpoints.
        case collector
        /// A command beside it, which may read, and write short transactions.
        case visitor
    }

    /// The database's file in a data folder.
    public static let fileName = "mizumori.sqlite"
    /// The lock's file beside it.
    public static let lockFileName = "collector.lock"
    /// How long a write waits for another process before it fails with `.busy`.
    public static let busyTimeoutSeconds = 10

    /// Opens `folder`, making what is missing, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - folder: the data folder; made when it does not exist.
    ///   - role: the collector holds the folder's lock as long as the store lives. A visitor never checkpoints, and
    ///     takes the lock only while it makes or updates the schema.
    /// - Returns: the store, ready for use.
    /// - Throws: `.locked` when another collector holds the folder, `.newerSchema` when a later version wrote it,
    ///   `.damaged` when the file is no database, `.readOnly` when it can't be written.
    public static func open(folder: String, as role: Role) async throws(StoreError) -> MeterStore {
        try makeFolder(folder)
        let lockFile = folder + "/" + lockFileName
        let lock = role == .collector ? try CollectorLock(file: lockFile) : nil
        let pool = try openPool(at: folder + "/" + fileName, as: role)
        let store = MeterStore(database: pool, role: role, lock: lock)
        try await store.prepare(lockFile: lock == nil ? lockFile : nil)
        return store
    }

    /// A store that lives in memory and dies with its last copy: for tests and back-tests.
    public static func inMemory() async throws(StoreError) -> MeterStore {
        do {
            let store = MeterStore(
                database: try DatabaseQueue(configuration: configuration(for: .collector)),
                role: .collector,
                lock: nil
            )
            try await store.prepare(lockFile: nil)
            return store
        } catch {
            throw StoreError(error, during: "open a database in memory")
        }
    }

    /// Closes the connections; every later call fails.
    ///
    /// The last connection of all processes to close writes the log back into the file.
    public func close() throws(StoreError) {
        do { try database.close() } catch { throw StoreError(error, during: "close the database") }
    }
}

// How the room's other files reach the database.
extension MeterStore {
    /// Runs `body` in one transaction on the writer: all of it is kept, or none when it throws.
    func write<Value: Sendable>(
        _ task: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            database.asyncWrite(body) { _, result in
                continuation.resume(returning: result.mapError { StoreError($0, during: task) })
            }
        }
        return try result.get()
    }

    /// Runs `body` against one state of the database, beside writers.
    func read<Value: Sendable>(
        _ task: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            readers.async {
                let result = Result { try read(body) }
                continuation.resume(returning: result.mapError { StoreError($0, during: task) })
            }
        }
        return try result.get()
    }

    /// In memory there is one connection, whose queue keeps reads and writes apart.
    ///
    /// GRDB would forbid it to write during each read (`PRAGMA query_only`), and SQLite then compiles every statement anew:
    /// half the time of a back-test.
    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        database is DatabaseQueue ? try database.unsafeRead(body) : try database.read(body)
    }

    /// Runs `body` on the writer outside any transaction, for statements that refuse to run inside one.
    func writeOutsideTransaction<Value: Sendable>(
        _ task: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { database in
                let result = Result { try body(database) }
                continuation.resume(returning: result.mapError { StoreError($0, during: task) })
            }
        }
        return try result.get()
    }

    /// Runs one statement on the writer, outside any transaction.
    ///
    /// - Returns: the first column of what it gives, as text.
    @discardableResult
    func run(_ sql: String) async throws(StoreError) -> [String] {
        try await writeOutsideTransaction("run \(sql)") { try $0.texts(sql) }
    }

    /// The first column of a query, as text.
    func texts(_ sql: String) async throws(StoreError) -> [String] {
        try await read("run \(sql)") { try $0.texts(sql) }
    }
}

extension Database {
    fileprivate func texts(_ sql: String) throws -> [String] {
        try Row.fetchAll(self, sql: sql).map { row in
            let value: DatabaseValue = row[0]
            return String.fromDatabaseValue(value) ?? value.description
        }
    }
}

extension MeterStore {
    static func makeFolder(_ folder: String) throws(StoreError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw StoreError(.readOnly, "could not make the data folder \(folder)", cause: "\(error)")
        }
    }

    private static func openPool(at path: String, as role: Role) throws(StoreError) -> DatabasePool {
        do {
            let pool = try DatabasePool(path: path, configuration: configuration(for: role))
            // GRDB sets NORMAL when it turns WAL on; a power cut must lose no commit.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return pool
        } catch {
            throw StoreError(error, during: "open \(path)")
        }
    }

    private static func configuration(for role: Role) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = ReaderQueue.width
        configuration.busyMode = .timeout(TimeInterval(busyTimeoutSeconds))
        configuration.label = "mizumori.store"
        configuration.prepareDatabase { database in
            // KiB for each connection. The system caches the file; with SQLite's own 2,000 a gateway's memory grew for
            // minutes, and nothing became faster.
            try database.execute(sql: "PRAGMA cache_size = -256")
            if role == .visitor { try database.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        }
        return configuration
    }

    /// Refuses a newer schema before anything is written, then appends what is missing.
    ///
    /// - Parameter lockFile: what to hold during a migration when this store isn't the collector; nil otherwise.
    /// - Throws: `.newerSchema`, `.damaged`, or `.locked` when a collector runs with an older schema.
    private func prepare(lockFile: String?) async throws(StoreError) {
        let isCurrent = try await read("read the schema's version") { database in
            let migrator = Schema.migrator
            guard try !migrator.hasBeenSuperseded(database) else {
                let latest = try migrator.appliedIdentifiers(database).sorted().joined(separator: ", ")
                throw StoreError(
                    .newerSchema,
                    "a later version of this program wrote the data: it has \(latest)"
                )
            }
            return try migrator.hasCompletedMigrations(database)
        }
        guard !isCurrent else { return }
        let temporary = try lockFile.map { file throws(StoreError) in try CollectorLock(file: file) }
        do { try Schema.migrator.migrate(database) } catch {
            throw StoreError(error, during: "bring the schema up to date")
        }
        withExtendedLifetime(temporary) {}
    }
}
