internal import GRDB
internal import Metering

/// Erases what a point's meters showed before an instant; that they hung there, and who said so, stays.
///
/// Which meter hung where from when to when is the waterworks' own history, and needed for the meters' verification
/// periods. An index at an exchange, at a dial setting or in the proof of a model is something else: two of them tell
/// what people used between them, and one of them together with the first reading that stays tells it up to the present
/// contract. Rounding does not help, since a year's use is hundreds of m3; so they go.
///
/// Two things stay since what comes later can't be told without them: the offset of the dial setting that holds at the
/// instant, without which no count after it is an index, and exchanges of the last `reachSeconds` before it, which may
/// have happened after it, since their noted hour is only about right.
struct MeterHistoryEraser {
    /// How far from its noted hour an exchange may lie, as Normalisation reads it, on both sides of the instant.
    static let reachSeconds: Int64 = 2 * 86_400

    private let database: Database
    private let point: Int64
    private let before: Int64

    init(_ database: Database, point: Int64, before: Int64) {
        self.database = database
        self.point = point
        self.before = before
    }

    func eraseExchanges() throws -> Int {
        let limit = before - MeterHistoryEraser.reachSeconds
        try clearAudit(
            "action = 'exchange' AND at_utc IN (SELECT stored_utc FROM meter_exchange WHERE point_key = ?1 AND at_utc < ?2)",
            before: limit
        )
        return try change(
            """
            UPDATE meter_exchange SET closing_ml = 0, opening_ml = 0, is_erased = 1
            WHERE point_key = ?1 AND at_utc < ?2 AND is_erased = 0
            """,
            [point, limit]
        )
    }

    /// Settings stay in their places, since readings that stay may have been moved by them.
    func eraseDialSettings() throws -> Int {
        try clearAudit(
            """
            action IN ('dial_reading', 'module_swap')
                AND at_utc IN (SELECT stored_utc FROM dial_setting WHERE point_key = ?1 AND at_utc < ?2)
            """,
            before: before
        )
        return try change(
            """
            UPDATE dial_setting SET dial_ml = 0, drift_ml = NULL, reason = 'erased', offset_ml = iif(
                at_utc = (SELECT max(at_utc) FROM dial_setting WHERE point_key = ?1 AND at_utc < ?2), offset_ml, 0)
            WHERE point_key = ?1 AND at_utc < ?2 AND reason <> 'erased'
            """,
            [point, before]
        )
    }

    /// That a model was proven stays; the dial values that proved it go.
    func eraseProofs(at id: ServicePoint.ID) throws -> Int {
        try database.execute(
            sql: """
                UPDATE audit SET detail = ?3 || ': erased'
                WHERE action = 'model_proof' AND substr(detail, 1, length(?3) + 2) = ?3 || ': ' AND at_utc < ?2
                    AND EXISTS (SELECT 1 FROM model_proof p WHERE p.point_key = ?1 AND p.at_utc = audit.at_utc)
                """,
            arguments: [point, before, id.rawValue]
        )
        return try change(
            "UPDATE model_proof SET detail = '' WHERE point_key = ? AND at_utc < ? AND detail <> ''",
            [point, before]
        )
    }

    /// Takes the words out of audit entries: who did what when is left.
    private func clearAudit(_ condition: String, before limit: Int64) throws {
        try database.execute(
            sql: """
                UPDATE audit SET detail = 'erased'
                WHERE subject = (SELECT id FROM service_point WHERE key = ?1) AND \(condition)
                """,
            arguments: [point, limit]
        )
    }

    private func change(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try database.execute(sql: sql, arguments: arguments)
        return database.changesCount
    }
}
