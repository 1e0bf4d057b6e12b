extension Schema {
    /// Finds what units' own clocks showed (a feed's records are found by their readings), and remembers by what terms
    /// was judged.
    static let clocksAndTerms = """
        CREATE INDEX capture_with_clock ON capture (path_key, source, answered_utc)
            WHERE own_utc IS NOT NULL AND request_bytes <> x'';

        -- The terms by which each stage judges; where they change, everything is judged anew.
        CREATE TABLE judged_by (
            stage TEXT PRIMARY KEY,
            terms TEXT NOT NULL CHECK (length(terms) > 0),
            since_utc INTEGER NOT NULL
        ) STRICT;
        """
}
