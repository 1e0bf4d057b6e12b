import GRDB

@testable import Storage

extension MeterStore {
    /// Makes every insert into and update of `table` fail on this connection.
    func failEveryWrite(to table: String) async throws {
        for act in ["INSERT", "UPDATE"] {
            try await write("spoil \(table)") { database in
                try database.execute(
                    sql: """
                        CREATE TEMP TRIGGER fail_\(act) BEFORE \(act) ON main.\(table)
                        BEGIN SELECT RAISE(ABORT, 'injected'); END
                        """
                )
            }
        }
    }

    func letWritesPass() async throws {
        for act in ["INSERT", "UPDATE"] {
            try await write("mend") { try $0.execute(sql: "DROP TRIGGER fail_\(act)") }
        }
    }
}
