internal import GRDB
public import Metering

extension MeterStore {
    /// Notes whether a path answers; only a change is kept.
    ///
    /// - Returns: whether it was a change, so that it can be logged once.
    @discardableResult
    public func note(_ state: PathState) async throws(StoreError) -> Bool {
        try await write("note the state of \(state.path)") { database in
            let key = try Register(database).pathKey(state.path)
            let current = try Bool.fetchOne(
                database,
                sql: "SELECT is_up FROM path_change WHERE path_key = ? ORDER BY key DESC LIMIT 1",
                arguments: [key]
            )
            guard current != state.isUp else { return false }
            try database.execute(
                sql: "INSERT INTO path_change (path_key, since_utc, is_up, detail) VALUES (?, ?, ?, ?)",
                arguments: [key, state.since.secondsSince1970, state.isUp, state.detail]
            )
            return true
        }
    }

    /// The present state of every path of which one is known, in order of their ids.
    public func pathStates() async throws(StoreError) -> [PathState] {
        try await pathChanges(
            where: "c.key = (SELECT max(key) FROM path_change n WHERE n.path_key = c.path_key)"
        )
    }

    /// Every change of one path's state, the oldest first.
    public func pathHistory(of path: Path.ID) async throws(StoreError) -> [PathState] {
        try await pathChanges(where: "p.id = ?", arguments: [path.rawValue])
    }

    private func pathChanges(
        where condition: String,
        arguments: [String] = []
    ) async throws(StoreError) -> [PathState] {
        try await read("read the state of paths") { database in
            let sql = """
                SELECT p.id, c.is_up, c.since_utc, c.detail FROM path_change c JOIN path p ON p.key = c.path_key
                WHERE \(condition) ORDER BY p.id, c.key
                """
            return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).map { row in
                PathState(
                    path: Path.ID(row[0]),
                    isUp: row[1],
                    since: Instant(secondsSince1970: row[2]),
                    detail: row[3]
                )
            }
        }
    }
}
