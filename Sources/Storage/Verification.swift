/// Something stored that must not be so.
public struct VerifyProblem: Hashable, Sendable, CustomStringConvertible {
    /// Which law is broken: `reading_without_capture`.
    public let check: String
    /// Where: a row as a person can find it.
    public let detail: String

    public init(check: String, detail: String) {
        self.check = check
        self.detail = detail
    }

    public var description: String { "\(check): \(detail)" }
}

/// A law of the store as a query: each row it gives is a breach, described by its first column.
struct VerifyCheck: Hashable, Sendable {
    let name: String
    let sql: String

    /// At most so many breaches of one law are told.
    static let limit = 100

    /// In the order in which they are checked; SQLite's own come first.
    static let all = [
        VerifyCheck(
            name: "damaged_page",
            sql: "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
        ),
        VerifyCheck(
            name: "broken_reference",
            sql:
                "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' to ' || parent FROM pragma_foreign_key_check"
        ),
        VerifyCheck(
            name: "reading_without_capture",
            sql: """
                SELECT 'point ' || r.point_key || ' at ' || r.at_utc FROM
                    (SELECT * FROM reading UNION ALL SELECT * FROM second_reading) r
                LEFT JOIN capture c ON c.key = r.capture_key WHERE c.key IS NULL
                """
        ),
        VerifyCheck(
            name: "reading_stored_apart_from_its_capture",
            sql: """
                SELECT 'point ' || r.point_key || ' at ' || r.at_utc FROM reading r
                JOIN capture c ON c.key = r.capture_key WHERE c.stored_utc <> r.stored_utc
                    AND c.bytes_gone IS NOT 'export'
                    AND NOT EXISTS (SELECT 1 FROM dial_setting d
                        WHERE d.point_key = r.point_key AND d.stored_utc = r.stored_utc)
                    AND NOT EXISTS (SELECT 1 FROM held_reading h
                        WHERE h.point_key = r.point_key AND h.at_utc = r.at_utc AND h.state = 'claimed')
                    AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.at_utc = r.stored_utc AND a.action = 'release'
                        AND a.subject GLOB 'quarantine *')
                """
        ),
        VerifyCheck(
            name: "reading_in_an_erased_span",
            sql: """
                SELECT 'point ' || r.point_key || ' at ' || r.at_utc FROM
                    (SELECT point_key, at_utc FROM reading UNION ALL SELECT point_key, at_utc FROM second_reading
                        UNION ALL SELECT point_key, first_utc FROM reading_block) r
                JOIN erased_span s ON s.point_key = r.point_key AND r.at_utc < s.before_utc
                """
        ),
        VerifyCheck(
            name: "usage_of_a_retained_month_changed",
            sql: """
                WITH month AS (SELECT *, CAST(julianday(printf('%04d-%02d-01', month_jst / 12, month_jst % 12 + 1))
                        - 2440587.5 AS INTEGER) AS first,
                    CAST(julianday(printf('%04d-%02d-01', (month_jst + 1) / 12, (month_jst + 1) % 12 + 1))
                        - 2440587.5 AS INTEGER) AS last FROM retained_month)
                SELECT 'point ' || point_key || ', month ' || month_jst FROM month m
                WHERE (days, volume_ml, known_seconds) IS NOT (
                    SELECT count(*), coalesce(sum(u.volume_ml), 0), coalesce(sum(u.known_seconds), 0) FROM daily_usage u
                    WHERE u.point_key = m.point_key AND u.day_jst >= m.first AND u.day_jst < m.last)
                """
        ),
        VerifyCheck(
            name: "billing_basis_missing",
            sql: """
                WITH month AS (SELECT *, CAST(julianday(printf('%04d-%02d-01', month_jst / 12, month_jst % 12 + 1))
                        - 2440587.5 AS INTEGER) * 86400 - 32400 AS first,
                    CAST(julianday(printf('%04d-%02d-01', (month_jst + 1) / 12, (month_jst + 1) % 12 + 1))
                        - 2440587.5 AS INTEGER) * 86400 - 32400 AS last FROM retained_month)
                SELECT 'point ' || point_key || ', month ' || month_jst FROM month m WHERE kept_count >
                    (SELECT coalesce(sum(b.readings), 0) FROM reading_block b
                        WHERE b.point_key = m.point_key AND b.month_jst = m.month_jst)
                    + (SELECT count(*) FROM reading r WHERE r.point_key = m.point_key
                        AND r.day_jst >= (m.first + 32400) / 86400 AND r.day_jst < (m.last + 32400) / 86400)
                    + (SELECT count(*) FROM second_reading r WHERE r.point_key = m.point_key
                        AND r.day_jst >= (m.first + 32400) / 86400 AND r.day_jst < (m.last + 32400) / 86400)
                """
        ),
        VerifyCheck(
            name: "telegrams_gone_uncounted",
            sql: """
                SELECT counted || ' counted, ' || gone || ' gone' FROM (SELECT
                    (SELECT coalesce(sum(count), 0) FROM retention_count WHERE kind = 'telegrams') AS counted,
                    (SELECT count(*) FROM capture WHERE bytes_gone = 'retention') AS gone) WHERE counted <> gone
                """
        ),
        VerifyCheck(
            name: "telegram_gone_before_its_time",
            sql: """
                SELECT 'capture ' || key FROM capture WHERE bytes_gone = 'retention' AND stored_utc >= coalesce(
                    (SELECT max(before_utc) FROM retention_count WHERE kind = 'telegrams'), stored_utc)
                """
        ),
        VerifyCheck(
            name: "event_without_a_record",
            sql: """
                SELECT 'event ' || key FROM event e
                WHERE NOT EXISTS (SELECT 1 FROM event_revision r WHERE r.event_key = e.key)
                """
        ),
        VerifyCheck(
            name: "capture_twice",
            sql: "SELECT record_key FROM capture GROUP BY path_key, record_key HAVING count(*) > 1"
        ),
        VerifyCheck(
            name: "reading_unknown_to_judgement",
            sql: """
                SELECT id FROM service_point p WHERE (p.key IN (SELECT point_key FROM reading)
                        OR p.key IN (SELECT point_key FROM second_reading)
                        OR p.key IN (SELECT point_key FROM reading_block))
                    AND NOT EXISTS (SELECT 1 FROM arrival_mark a WHERE a.point_key = p.key)
                """
        ),
        VerifyCheck(
            name: "progress_ahead_of_arrivals",
            sql: """
                SELECT g.stage || ' at point ' || g.point_key FROM progress g
                LEFT JOIN arrival_mark a ON a.point_key = g.point_key WHERE g.sequence > coalesce(a.sequence, 0)
                """
        ),
        VerifyCheck(
            name: "usage_without_known_time",
            sql: """
                SELECT 'point ' || point_key || ' day ' || day_jst FROM daily_usage
                WHERE volume_ml < 0 OR known_seconds NOT BETWEEN 0 AND 86400 OR (volume_ml > 0 AND known_seconds = 0)
                """
        ),
        VerifyCheck(
            name: "open_incident_twice",
            sql: """
                SELECT subject || ' ' || kind FROM incident WHERE state <> 'closed'
                GROUP BY subject, kind HAVING count(*) > 1
                """
        ),
        VerifyCheck(
            name: "incident_without_history",
            sql: """
                SELECT 'incident ' || key FROM incident i WHERE NOT EXISTS (
                    SELECT 1 FROM incident_event e WHERE e.incident_key = i.key AND e.kind = 'opened')
                """
        ),
        VerifyCheck(
            name: "mail_sent_without_its_message_id",
            sql: """
                SELECT message_id FROM mail
                WHERE state = 'sent' AND instr(coalesce(frozen_bytes, x''), CAST(message_id AS BLOB)) = 0
                """
        ),
        VerifyCheck(
            name: "message_id_twice",
            sql: "SELECT message_id FROM mail GROUP BY message_id HAVING count(*) > 1"
        ),
    ]
}

extension MeterStore {
    /// Checks every law of the store; none broken gives an empty list.
    ///
    /// Reads the whole database, so it takes its time; others may read and write meanwhile. At most 100 breaches of
    /// one law are told.
    public func verify() async throws(StoreError) -> [VerifyProblem] {
        var problems: [VerifyProblem] = []
        for check in VerifyCheck.all {
            let breaches = try await texts("\(check.sql) LIMIT \(VerifyCheck.limit)")
            problems += breaches.map { VerifyProblem(check: check.name, detail: $0) }
        }
        return try await problems + sealedProblems()
    }
}
