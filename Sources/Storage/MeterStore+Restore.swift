internal import FoundationEssentials
internal import GRDB

extension MeterStore {
    /// Puts a backup in the place of a data folder's database; what was there is kept beside it under another name.
    ///
    /// The backup is checked and copied before anything is touched; then the old database takes its log in, gets a second
    /// name, and its first goes to the copy in one step. So a failure at any point leaves the old database or the restored
    /// one under the database's name. Only an old database too damaged to take its log in parts from it before that step.
    ///
    /// - Parameters:
    ///   - file: what `backup(to:)` wrote.
    ///   - folder: the data folder; made when it does not exist.
    ///   - label: what the old database is called from then on: `mizumori.sqlite.LABEL`.
    /// - Returns: the path of the old database; nil where there was none.
    /// - Throws: `.locked` while a gateway runs, `.notFound` without the file, `.damaged` and `.newerSchema` for a
    ///   backup that can't be used, `.failed` when something of that label is there already.
    public static func restore(from file: String, into folder: String, keepingOldAs label: String)
        async throws(StoreError) -> String?
    {
        guard DurableFile.exists(file) else { throw StoreError(.notFound, "\(file) does not exist") }
        try makeFolder(folder)
        let lock = try CollectorLock(file: folder + "/" + lockFileName)
        try check(backup: file)
        let database = folder + "/" + fileName
        let copy = database + ".restoring"
        DurableFile.remove(copy)
        do { try FileManager.default.copyItem(atPath: file, toPath: copy) } catch {
            throw StoreError(.failed, "could not copy \(file)", cause: "\(error)")
        }
        let old = try setAside(database, as: label)
        try DurableFile.rename(copy, to: database)
        withExtendedLifetime(lock) {}
        return old
    }

    private static func check(backup file: String) throws(StoreError) {
        do {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            try queue.read { database in
                guard try !Schema.migrator.hasBeenSuperseded(database) else {
                    throw StoreError(.newerSchema, "a later version of this program wrote \(file)")
                }
                guard try database.tableExists("reading") else {
                    throw StoreError(.damaged, "\(file) is no backup of this program")
                }
                let problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
                guard problems == ["ok"] else {
                    throw StoreError(.damaged, "\(file) is damaged", cause: problems.first)
                }
            }
            try queue.close()
        } catch {
            throw StoreError(error, during: "read \(file)")
        }
    }

    /// Gives the old database a second name; its log is inside by then, or lies beside that name.
    private static func setAside(_ database: String, as label: String) throws(StoreError) -> String? {
        guard DurableFile.exists(database) else { return nil }
        let old = database + "." + label
        guard !DurableFile.exists(old) else { throw StoreError(.failed, "\(old) exists already") }
        foldLog(of: database)
        try DurableFile.link(database, as: old)
        for part in ["-wal", "-shm"] where DurableFile.exists(database + part) {
            try DurableFile.rename(database + part, to: old + part)
        }
        return old
    }

    /// SQLite takes the log into the database when the last connection closes.
    ///
    /// It would throw away the log of what is no database any more, which is therefore not opened.
    private static func foldLog(of database: String) {
        guard DurableFile.starts(database, with: Array("SQLite format 3\0".utf8)),
            let queue = try? DatabaseQueue(path: database)
        else {
            return
        }
        _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try? queue.close()
    }
}
