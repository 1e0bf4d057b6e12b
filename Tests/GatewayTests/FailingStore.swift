import GRDB
import Metering

@testable import Storage

extension MeterStore {
    /// Everything stored, row by row, so that two states can be compared.
    func everything() async throws -> [String] {
        let tables = try await texts(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        var rows: [String] = []
        for table in tables {
            let columns = try await texts("SELECT 'quote(' || name || ')' FROM pragma_table_info('\(table)')")
            let list = columns.joined(separator: " || ' ' || ")
            rows += try await texts("SELECT '\(table) ' || \(list) FROM \(table)")
        }
        return rows
    }

    /// Has a point judged anew from an instant on.
    func touch(_ point: ServicePoint.ID, from instant: Instant) async throws {
        try await write("touch \(point)") { database in
            try ArrivalMark.touch(try Register(database).requiredPointKey(point), from: instant, in: database)
        }
    }

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
