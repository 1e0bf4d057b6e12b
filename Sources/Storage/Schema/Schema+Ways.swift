extension Schema {
    /// What is held belongs to one of its point's ways; an incident may concern two points.
    static let heldByWay = """
        CREATE TABLE held_by_way (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            unit INTEGER NOT NULL,
            serial TEXT NOT NULL CHECK (length(serial) > 0),
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            route INTEGER NOT NULL CHECK (route IN (1, 2)),
            at_utc INTEGER NOT NULL,
            index_ml INTEGER NOT NULL CHECK (index_ml >= 0),
            quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
            status_bits INTEGER NOT NULL,
            capture_key INTEGER NOT NULL REFERENCES capture (key),
            state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'claimed', 'dropped')),
            UNIQUE (point_key, route, at_utc, serial)
        ) STRICT;
        INSERT INTO held_by_way SELECT key, path_key, unit, serial, point_key, 1, at_utc, index_ml, quality,
            status_bits, capture_key, state FROM held_reading;
        DROP TABLE held_reading;
        ALTER TABLE held_by_way RENAME TO held_reading;
        CREATE INDEX held_reading_waiting ON held_reading (point_key, serial, at_utc) WHERE state = 'held';

        -- the other service point, where two are concerned
        ALTER TABLE incident ADD COLUMN partner TEXT CHECK (length(partner) > 0);
        """
}
