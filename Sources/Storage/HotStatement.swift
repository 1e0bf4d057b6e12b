internal import GRDB
internal import GRDBSQLite

/// One SQL statement that is run thousands of times in a transaction, bound and stepped without anything in between.
///
/// A reading costs the store a few microseconds; the general way of binding values cost it three times as much. Used
/// inside one transaction by one writer, and finalized with it.
final class HotStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    /// SQLite copies what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else {
            throw StoreError(.failed, "the database is closed")
        }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw HotStatement.error(code, connection) }
        self.statement = statement
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(statement)
    }

    func bind(_ value: Int64, at place: Int32) {
        sqlite3_bind_int64(statement, place, value)
    }

    func bind(_ value: Int64?, at place: Int32) {
        if let value { bind(value, at: place) } else { sqlite3_bind_null(statement, place) }
    }

    func bind(_ text: String, at place: Int32) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    statement,
                    place,
                    characters.baseAddress,
                    Int32(characters.count),
                    HotStatement.copied
                )
            }
        }
    }

    func bind(_ bytes: [UInt8], at place: Int32) {
        // No bytes are an empty blob, not NULL.
        _ = bytes.withUnsafeBytes { raw in
            raw.count == 0
                ? sqlite3_bind_zeroblob(statement, place, 0)
                : sqlite3_bind_blob(statement, place, raw.baseAddress, Int32(raw.count), HotStatement.copied)
        }
    }

    /// Runs the statement with what is bound, to its end; what stays bound holds for the next run.
    ///
    /// - Returns: how many rows it changed.
    func run() throws -> Int32 {
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        guard code == SQLITE_DONE else {
            let error = HotStatement.error(code, connection)
            sqlite3_reset(statement)
            throw error
        }
        sqlite3_reset(statement)
        return sqlite3_changes(connection)
    }

    private static func error(_ code: Int32, _ connection: OpaquePointer) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(connection))
        )
    }
}
