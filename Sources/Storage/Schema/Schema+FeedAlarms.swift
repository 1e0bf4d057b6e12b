extension Schema {
    static let feedAlarms = """
        -- Meters' own alarms: each start and each clear, as the path told them. The record that told it is the
        -- capture of the same path and key.
        CREATE TABLE alarm_change (
            key INTEGER PRIMARY KEY,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            path_key INTEGER NOT NULL REFERENCES path (key),
            record_key TEXT NOT NULL CHECK (length(record_key) > 0),
            -- as the path numbers it
            meter_id TEXT NOT NULL CHECK (length(meter_id) > 0),
            code TEXT NOT NULL CHECK (length(code) > 0),
            at_utc INTEGER NOT NULL,
            is_raised INTEGER NOT NULL CHECK (is_raised IN (0, 1)),
            telegram TEXT NOT NULL,
            stored_utc INTEGER NOT NULL,
            UNIQUE (point_key, meter_id, code, at_utc, is_raised)
        ) STRICT;

        -- Hours that a path itself called missing.
        CREATE TABLE missing_span (
            key INTEGER PRIMARY KEY,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            path_key INTEGER NOT NULL REFERENCES path (key),
            record_key TEXT NOT NULL CHECK (length(record_key) > 0),
            from_utc INTEGER NOT NULL,
            to_utc INTEGER NOT NULL,
            reason TEXT NOT NULL
                CHECK (reason IN ('COMM', 'POWER', 'DEVICE', 'METER', 'EMETER', 'MAINT', 'UNKNOWN')),
            stored_utc INTEGER NOT NULL,
            UNIQUE (point_key, from_utc, to_utc, reason),
            CHECK (from_utc <= to_utc)
        ) STRICT;

        -- Measuring days that a feed was asked for again.
        CREATE TABLE redelivery (
            path_key INTEGER NOT NULL REFERENCES path (key),
            meter_id TEXT NOT NULL CHECK (length(meter_id) > 0),
            day_jst INTEGER NOT NULL,
            asked_count INTEGER NOT NULL CHECK (asked_count >= 1),
            last_asked_utc INTEGER NOT NULL,
            failed_count INTEGER NOT NULL DEFAULT 0 CHECK (failed_count BETWEEN 0 AND asked_count),
            last_failure TEXT,
            PRIMARY KEY (path_key, meter_id, day_jst)
        ) STRICT, WITHOUT ROWID;
        """
}
