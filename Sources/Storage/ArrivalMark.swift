internal import GRDB
internal import Metering

/// The count of changes to what judgement reads of one point: the store's own sense of "newer".
///
/// Instants can't serve, since a late reading or a correction is older than what was judged and still news.
enum ArrivalMark {
    /// Counts one more change; `earliest` is the oldest instant it concerns.
    static func touch(_ point: Int64, from earliest: Instant, in database: Database) throws {
        try database.cachedStatement(sql: touching).execute(arguments: [point, earliest.secondsSince1970])
    }

    /// The statement of `touch`: the point's key and the instant.
    static let touching = """
        INSERT INTO arrival_mark (point_key, sequence, earliest_utc) VALUES (?, 1, ?)
        ON CONFLICT (point_key) DO UPDATE SET sequence = sequence + 1,
            earliest_utc = min(excluded.earliest_utc, coalesce(earliest_utc, excluded.earliest_utc))
        """

    /// Forgets the oldest instant once a judgement has seen everything; keeps it when more came meanwhile.
    static func settle(_ point: Int64, at sequence: Int64, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE arrival_mark SET earliest_utc = NULL WHERE point_key = ? AND sequence = ?"
        )
        try statement.execute(arguments: [point, sequence])
    }
}
