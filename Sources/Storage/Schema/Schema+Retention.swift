extension Schema {
    /// What went because its time was over, what was erased of exchanges, and outdoor temperatures.
    static let retentionAndWeather = """
        -- Up to where the readings of a point went because their time was over; what arrives from before is refused.
        CREATE TABLE retained_since (
            point_key INTEGER PRIMARY KEY REFERENCES service_point (key),
            -- every day before it keeps the usage that was judged while its readings were there
            before_day_jst INTEGER NOT NULL,
            refused_count INTEGER NOT NULL DEFAULT 0 CHECK (refused_count >= 0)
        ) STRICT;
        CREATE INDEX retained_since_by_day ON retained_since (before_day_jst);

        -- A month of a point whose readings went: what is left of it has to stay as it is here.
        CREATE TABLE retained_month (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            -- months since year 0, as in reading_block
            month_jst INTEGER NOT NULL,
            removed_count INTEGER NOT NULL CHECK (removed_count >= 0),
            kept_count INTEGER NOT NULL CHECK (kept_count >= 0),
            days INTEGER NOT NULL,
            volume_ml INTEGER NOT NULL,
            known_seconds INTEGER NOT NULL,
            PRIMARY KEY (point_key, month_jst)
        ) STRICT, WITHOUT ROWID;

        -- One act of retention.
        CREATE TABLE retention_run (
            key INTEGER PRIMARY KEY,
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE retention_count (
            run_key INTEGER NOT NULL REFERENCES retention_run (key),
            kind TEXT NOT NULL CHECK (kind IN ('readings', 'telegrams', 'audit')),
            -- rows before it were due
            before_utc INTEGER NOT NULL,
            month_jst INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count > 0),
            PRIMARY KEY (run_key, kind, month_jst)
        ) STRICT, WITHOUT ROWID;

        -- Why the bytes of a capture are not there any more; NULL where they are as they came.
        ALTER TABLE capture ADD COLUMN bytes_gone TEXT CHECK (bytes_gone IN ('erased', 'retention', 'export'));
        CREATE INDEX capture_gone ON capture (bytes_gone) WHERE bytes_gone IS NOT NULL;

        -- 1 where the indexes were erased, since they tell of people's use; both are 0 then
        ALTER TABLE meter_exchange ADD COLUMN is_erased INTEGER NOT NULL DEFAULT 0 CHECK (is_erased IN (0, 1));

        -- Outdoor temperatures by place and hour; the highest revision counts.
        CREATE TABLE temperature (
            station TEXT NOT NULL CHECK (length(station) > 0),
            at_utc INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            -- thousandths of a degree Celsius
            temperature_mc INTEGER NOT NULL CHECK (temperature_mc BETWEEN -90000 AND 60000),
            source TEXT NOT NULL,
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (station, at_utc, revision)
        ) STRICT, WITHOUT ROWID;

        -- The lowest and highest of a day, which are known when it is over.
        CREATE TABLE day_temperature (
            station TEXT NOT NULL CHECK (length(station) > 0),
            day_jst INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            lowest_mc INTEGER NOT NULL CHECK (lowest_mc BETWEEN -90000 AND 60000),
            highest_mc INTEGER NOT NULL CHECK (highest_mc BETWEEN lowest_mc AND 60000),
            source TEXT NOT NULL,
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (station, day_jst, revision)
        ) STRICT, WITHOUT ROWID;
        """
}
