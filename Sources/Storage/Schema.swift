internal import GRDB

/// The tables, as migrations that are appended and never edited.
///
/// Conventions: `_utc` are seconds since 1970-01-01 UTC, `_ml` millilitres, `day_jst` days since 1970-01-01 in Japan,
/// `key` the row's own integer, `id` the name that people use. Text of the trade is kept as text. What must never be
/// is a constraint here first, and a check in code second.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 captures and readings") { try $0.execute(sql: capturesAndReadings) }
        migrator.registerMigration("0002 judgement") { try $0.execute(sql: judgement) }
        migrator.registerMigration("0003 mail") { try $0.execute(sql: mail) }
        migrator.registerMigration("0004 units and dials") { try $0.execute(sql: unitsAndDials) }
        migrator.registerMigration("0005 sealed readings") { try $0.execute(sql: sealedReadings) }
        migrator.registerMigration("0006 events of people") { try $0.execute(sql: eventsOfPeople) }
        migrator.registerMigration("0007 feed alarms") { try $0.execute(sql: feedAlarms) }
        migrator.registerMigration("0008 quarantine by hand") { try $0.execute(sql: quarantineByHand) }
        migrator.registerMigration("0009 rows by day") { try $0.execute(sql: rowsByDay) }
        migrator.registerMigration("0010 held by way") { try $0.execute(sql: heldByWay) }
        migrator.registerMigration("0011 retention and weather") { try $0.execute(sql: retentionAndWeather) }
        migrator.registerMigration("0012 clocks and terms") { try $0.execute(sql: clocksAndTerms) }
        return migrator
    }

    private static let capturesAndReadings = """
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

    private static let judgement = """
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

    private static let mail = """
        CREATE TABLE mail (
            key INTEGER PRIMARY KEY,
            message_id TEXT NOT NULL UNIQUE CHECK (length(message_id) > 0),
            incident_key INTEGER REFERENCES incident (key),
            purpose TEXT NOT NULL,
            -- JSON: an array of addresses; an object of what the template needs
            recipients TEXT NOT NULL CHECK (json_type(recipients) = 'array'),
            facts TEXT NOT NULL CHECK (json_type(facts) = 'object'),
            created_utc INTEGER NOT NULL,
            -- the rendered message, from before the first attempt on
            frozen_bytes BLOB,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            next_attempt_utc INTEGER NOT NULL,
            sent_utc INTEGER,
            server_answer TEXT,
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given_up')),
            CHECK ((state = 'sent') = (sent_utc IS NOT NULL)),
            CHECK (state <> 'sent' OR frozen_bytes IS NOT NULL)
        ) STRICT;
        CREATE INDEX mail_waiting ON mail (next_attempt_utc) WHERE state = 'waiting';
        CREATE INDEX mail_by_incident ON mail (incident_key);
        """

    private static let unitsAndDials = """
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

    private static let sealedReadings = """
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

    /// What was settled before could only be put away, so it was dropped.
    private static let quarantineByHand = """
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

    private static let feedAlarms = """
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
