internal import GRDB

extension MeterStore {
    /// Copies the database, as it is at this moment, into one new file while work goes on.
    ///
    /// The copy is made under another name, checked, synced and then named, so that a file called `file` is always
    /// a whole backup.
    ///
    /// - Throws: `.failed` when the file exists already or the copy does not pass its check.
    public func backup(to file: String) async throws(StoreError) {
        let partial = file + ".partial"
        guard !DurableFile.exists(file) else { throw StoreError(.failed, "\(file) exists already") }
        DurableFile.remove(partial)
        do {
            try await read("back up into \(file)") { source in
                let copy = try DatabaseQueue(path: partial)
                try copy.writeWithoutTransaction { target in
                    try source.backup(to: target)
                    // One file that opens from read-only media, without a log beside it.
                    try target.execute(sql: "PRAGMA journal_mode = DELETE")
                    let problems = try String.fetchAll(target, sql: "PRAGMA integrity_check")
                    guard problems == ["ok"] else {
                        throw StoreError(.damaged, "the backup is damaged", cause: problems.first)
                    }
                }
                try copy.close()
            }
            try DurableFile.rename(partial, to: file)
        } catch {
            DurableFile.remove(partial)
            throw error
        }
    }

    /// Writes the log back into the database file and empties it.
    ///
    /// - Throws: `.busy` while others read or write; the next call catches up.
    public func checkpoint() async throws(StoreError) {
        guard role == .collector else { throw StoreError(.failed, "only the collector checkpoints") }
        try await run("PRAGMA optimize")
        let isBusy = try await run("PRAGMA wal_checkpoint(TRUNCATE)").first != "0"
        guard !isBusy else { throw StoreError(.busy, "others read or write, so the log stays for now") }
    }
}
