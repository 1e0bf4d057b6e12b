extension Schema {
    static let judgement = """
        CREATE TABLE daily_usage (
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            day_jst INTEGER NOT NULL,
            volume_ml INTEGER NOT NULL CHECK (volume_ml >= 0),
            known_seconds INTEGER NOT NULL CHECK (known_seconds BETWEEN 0 AND 86400),
            is_unexplained INTEGER NOT NULL CHECK (is_unexplained IN (0, 1)),
            judged_utc INTEGER NOT NULL,
            PRIMARY KEY (point_key, day_jst)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE progress (
            stage TEXT NOT NULL,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            -- the arrival mark that the judgement saw
            sequence INTEGER NOT NULL CHECK (sequence >= 0),
            last_reading_utc INTEGER,
            judged_utc INTEGER NOT NULL,
            PRIMARY KEY (stage, point_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE incident (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            subject TEXT NOT NULL,
            kind TEXT NOT NULL,
            severity TEXT NOT NULL CHECK (severity IN ('urgent', 'warning', 'notice', 'maintenance')),
            state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
            close_reason TEXT,
            opened_utc INTEGER NOT NULL,
            started_utc INTEGER NOT NULL,
            data_until_utc INTEGER NOT NULL,
            closed_utc INTEGER,
            rate_ml_per_hour INTEGER,
            volume_ml INTEGER,
            rule TEXT NOT NULL,
            known_seconds INTEGER NOT NULL CHECK (known_seconds >= 0),
            total_seconds INTEGER NOT NULL CHECK (total_seconds >= known_seconds),
            CHECK ((state = 'closed') = (closed_utc IS NOT NULL)),
            CHECK ((state = 'closed') = (close_reason IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX incident_current ON incident (subject, kind) WHERE state <> 'closed';
        CREATE INDEX incident_by_subject ON incident (subject, closed_utc);

        CREATE TABLE incident_event (
            key INTEGER PRIMARY KEY,
            incident_key INTEGER NOT NULL REFERENCES incident (key),
            at_utc INTEGER NOT NULL,
            kind TEXT NOT NULL
                CHECK (kind IN ('opened', 'refreshed', 'reopened', 'closed', 'acknowledged')),
            person TEXT,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX incident_event_by_incident ON incident_event (incident_key, key);
        """
}
