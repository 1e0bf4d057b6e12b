extension Schema {
    /// What was settled before could only be put away, so it was dropped.
    static let quarantineByHand = """
        CREATE TABLE quarantine_by_hand (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            record_key TEXT NOT NULL,
            place TEXT NOT NULL,
            field TEXT NOT NULL,
            expected TEXT NOT NULL,
            found TEXT NOT NULL,
            -- the whole record where no capture keeps it
            bytes BLOB,
            stored_utc INTEGER NOT NULL,
            last_seen_utc INTEGER NOT NULL,
            seen_count INTEGER NOT NULL DEFAULT 1 CHECK (seen_count >= 1),
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'released', 'dropped')),
            UNIQUE (path_key, record_key, place, field, found)
        ) STRICT;
        INSERT INTO quarantine_by_hand (key, path_key, record_key, place, field, expected, found, bytes,
            stored_utc, last_seen_utc, seen_count, state)
            SELECT key, path_key, record_key, place, field, expected, found, bytes, stored_utc, last_seen_utc,
                seen_count, CASE state WHEN 'settled' THEN 'dropped' ELSE state END
            FROM quarantine;
        DROP TABLE quarantine;
        ALTER TABLE quarantine_by_hand RENAME TO quarantine;
        """
}
