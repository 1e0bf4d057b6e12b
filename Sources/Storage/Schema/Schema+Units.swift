extension Schema {
    static let unitsAndDials = """
        CREATE TABLE dial_setting (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            dial_ml INTEGER NOT NULL CHECK (dial_ml >= 0),
            -- index = offset + counts x litres, round the dial's end
            offset_ml INTEGER NOT NULL,
            cause TEXT NOT NULL CHECK (cause IN ('dial_reading', 'module_swap')),
            -- the dial less the index that was known; NULL where none was
            drift_ml INTEGER,
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (point_key, at_utc)
        ) STRICT, WITHOUT ROWID;

        -- The number that a unit bears in its own registers.
        CREATE TABLE unit_serial (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            unit INTEGER NOT NULL CHECK (unit BETWEEN 1 AND 247),
            serial TEXT NOT NULL CHECK (length(serial) > 0),
            since_utc INTEGER NOT NULL,
            -- 1 where a person said so, 0 where it is the first one that answered
            is_confirmed INTEGER NOT NULL CHECK (is_confirmed IN (0, 1)),
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            stored_utc INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX unit_serial_by_unit ON unit_serial (path_key, unit, since_utc);

        -- Readings under another number than the registered one, until a person says whose they are.
        CREATE TABLE held_reading (
            key INTEGER PRIMARY KEY,
            path_key INTEGER NOT NULL REFERENCES path (key),
            unit INTEGER NOT NULL,
            serial TEXT NOT NULL CHECK (length(serial) > 0),
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            index_ml INTEGER NOT NULL CHECK (index_ml >= 0),
            quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
            status_bits INTEGER NOT NULL,
            capture_key INTEGER NOT NULL REFERENCES capture (key),
            state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'claimed', 'dropped')),
            UNIQUE (point_key, at_utc, serial)
        ) STRICT;
        CREATE INDEX held_reading_waiting ON held_reading (point_key, serial, at_utc) WHERE state = 'held';

        CREATE TABLE model_proof (
            key INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            edition TEXT NOT NULL,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            person TEXT NOT NULL CHECK (length(person) > 0),
            detail TEXT NOT NULL
        ) STRICT;
        """
}
