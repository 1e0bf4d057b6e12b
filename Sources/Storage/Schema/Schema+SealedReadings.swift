extension Schema {
    static let sealedReadings = """
        -- What a point's second way brought; the first one's is in `reading`.
        CREATE TABLE second_reading (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            index_ml INTEGER NOT NULL CHECK (index_ml >= 0),
            quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
            status_bits INTEGER NOT NULL,
            capture_key INTEGER NOT NULL REFERENCES capture (key),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (point_key, at_utc, revision)
        ) STRICT, WITHOUT ROWID;

        -- The readings of one point, way and month in Japan, packed; what came for the month since is in the tables.
        CREATE TABLE reading_block (
            key INTEGER PRIMARY KEY,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            route INTEGER NOT NULL CHECK (route IN (1, 2)),
            -- months since year 0: 2026-11 is 24322
            month_jst INTEGER NOT NULL,
            first_utc INTEGER NOT NULL,
            last_utc INTEGER NOT NULL CHECK (last_utc >= first_utc),
            readings INTEGER NOT NULL CHECK (readings > 0),
            bytes BLOB NOT NULL,
            UNIQUE (point_key, route, month_jst)
        ) STRICT;
        CREATE INDEX reading_block_by_month ON reading_block (month_jst);

        -- 0 as it came, 1 a zlib stream (RFC 1950) of it
        ALTER TABLE capture ADD COLUMN packing INTEGER NOT NULL DEFAULT 0 CHECK (packing IN (0, 1));
        -- the length before packing, where it is packed
        ALTER TABLE capture ADD COLUMN length INTEGER;
        -- the least usage of an hour between 1:00 and 5:00; NULL where one of the four is not known
        ALTER TABLE daily_usage ADD COLUMN night_minimum_ml INTEGER CHECK (night_minimum_ml >= 0);
        """
}
