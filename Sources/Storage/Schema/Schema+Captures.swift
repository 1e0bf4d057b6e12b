extension Schema {
    static let capturesAndReadings = """
        CREATE TABLE meter (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) > 0),
            dial_capacity_ml INTEGER NOT NULL,
            dial_resolution_ml INTEGER NOT NULL CHECK (dial_resolution_ml > 0),
            verified_until_month TEXT CHECK (verified_until_month LIKE '____-__'),
            is_billable INTEGER NOT NULL CHECK (is_billable IN (0, 1)),
            CHECK (dial_capacity_ml > dial_resolution_ml)
        ) STRICT;

        CREATE TABLE service_point (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) > 0),
            calibre_mm INTEGER NOT NULL CHECK (calibre_mm > 0),
            use_class TEXT NOT NULL,
            area TEXT NOT NULL,
            is_vacant INTEGER NOT NULL CHECK (is_vacant IN (0, 1)),
            meter_key INTEGER NOT NULL REFERENCES meter (key)
        ) STRICT;

        CREATE TABLE path (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) > 0),
            -- the newest delivery pulled from a feed; NULL where nothing is pulled
            watermark_utc INTEGER
        ) STRICT;

        CREATE TABLE path_change (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            since_utc INTEGER NOT NULL,
            is_up INTEGER NOT NULL CHECK (is_up IN (0, 1)),
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX path_change_by_path ON path_change (path_key, key);

        CREATE TABLE capture (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            record_key TEXT NOT NULL CHECK (length(record_key) > 0),
            source TEXT NOT NULL,
            asked_utc INTEGER NOT NULL,
            answered_utc INTEGER NOT NULL,
            -- the meter's own clock; NULL where it has none
            own_utc INTEGER,
            delivered_utc INTEGER NOT NULL,
            request_bytes BLOB NOT NULL,
            bytes BLOB NOT NULL,
            stored_utc INTEGER NOT NULL,
            UNIQUE (path_key, record_key)
        ) STRICT;

        CREATE TABLE reading (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            index_ml INTEGER NOT NULL CHECK (index_ml >= 0),
            -- 0 measured, 1 estimated, 2 suspect
            quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
            status_bits INTEGER NOT NULL,
            capture_key INTEGER NOT NULL REFERENCES capture (key),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (point_key, at_utc, revision)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE quarantine (
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
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'settled')),
            UNIQUE (path_key, record_key, place, field, found)
        ) STRICT;

        CREATE TABLE meter_exchange (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            old_meter_key INTEGER NOT NULL REFERENCES meter (key),
            new_meter_key INTEGER NOT NULL REFERENCES meter (key),
            closing_ml INTEGER NOT NULL CHECK (closing_ml >= 0),
            opening_ml INTEGER NOT NULL CHECK (opening_ml >= 0),
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (point_key, at_utc, revision)
        ) STRICT, WITHOUT ROWID;

        -- Counts, for each point, the transactions that changed what judgement reads.
        CREATE TABLE arrival_mark (
            point_key INTEGER PRIMARY KEY REFERENCES service_point (key),
            sequence INTEGER NOT NULL CHECK (sequence >= 1),
            -- the oldest instant changed since the last judgement
            earliest_utc INTEGER
        ) STRICT;

        CREATE TABLE audit (
            key INTEGER PRIMARY KEY,
            at_utc INTEGER NOT NULL,
            person TEXT NOT NULL CHECK (length(person) > 0),
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        """
}
