extension Schema {
    /// What people do and say, what was erased, and exchanges that were announced by mistake.
    static let eventsOfPeople = """
        -- What happened: known by place, kind and instant.
        CREATE TABLE event (
            key INTEGER PRIMARY KEY,
            -- NULL where it is a whole area's
            point_key INTEGER REFERENCES service_point (key),
            area TEXT NOT NULL DEFAULT '',
            kind TEXT NOT NULL CHECK (kind IN ('hand_reading', 'open', 'close', 'suspend', 'vacant', 'occupied', 'tank',
                'open_all_day', 'frost_running', 'snow_melting', 'fire_tank', 'consent', 'consent_withdrawn',
                'planned_outage', 'leak_found')),
            at_utc INTEGER NOT NULL,
            CHECK ((point_key IS NULL) = (area <> ''))
        ) STRICT;
        CREATE UNIQUE INDEX event_once ON event (coalesce(point_key, 0), area, kind, at_utc);
        CREATE INDEX event_by_point ON event (point_key, kind, at_utc);

        -- What is said of it; the highest revision counts.
        CREATE TABLE event_revision (
            event_key INTEGER NOT NULL REFERENCES event (key),
            revision INTEGER NOT NULL CHECK (revision >= 1),
            is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
            until_utc INTEGER,
            -- whole cubic metres of a hand reading
            index_ml INTEGER CHECK (index_ml >= 0 AND index_ml % 1000000 = 0),
            -- why a hand reading waits for a person: 'below' or 'above' what the series allows
            held TEXT CHECK (held IN ('below', 'above')),
            detail TEXT NOT NULL,
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (event_key, revision)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE meter_exchange ADD COLUMN is_withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (is_withdrawn IN (0, 1));

        -- What a person says of a fall, a jump or a stretch of readings.
        CREATE TABLE resolution (
            key INTEGER PRIMARY KEY,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            kind TEXT NOT NULL CHECK (kind IN ('exchange', 'correction', 'invalid')),
            from_utc INTEGER NOT NULL,
            to_utc INTEGER NOT NULL CHECK (to_utc > from_utc),
            -- the instant of the exchange, or of the corrected reading
            at_utc INTEGER,
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL,
            CHECK ((kind = 'invalid') = (at_utc IS NULL))
        ) STRICT;
        CREATE INDEX resolution_by_point ON resolution (point_key, from_utc);

        CREATE TABLE resolution_undo (
            resolution_key INTEGER PRIMARY KEY REFERENCES resolution (key),
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL
        ) STRICT;

        -- Personal data that is gone: of whom, up to when, and what arrived again since then and was refused.
        CREATE TABLE erased_span (
            key INTEGER PRIMARY KEY,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            -- the oldest reading that was erased; NULL where there was none
            from_utc INTEGER,
            before_utc INTEGER NOT NULL,
            recorded_by TEXT NOT NULL CHECK (length(recorded_by) > 0),
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            stored_utc INTEGER NOT NULL,
            refused_count INTEGER NOT NULL DEFAULT 0 CHECK (refused_count >= 0)
        ) STRICT;
        CREATE INDEX erased_span_by_point ON erased_span (point_key, before_utc);

        CREATE TABLE erased_count (
            span_key INTEGER NOT NULL REFERENCES erased_span (key),
            kind TEXT NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (span_key, kind)
        ) STRICT, WITHOUT ROWID;
        """
}
