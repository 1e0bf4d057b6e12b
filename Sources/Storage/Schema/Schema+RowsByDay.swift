extension Schema {
    /// Rows lie by day first, so that an hour of the whole city falls on few pages; see `ReadingRows`.
    static let rowsByDay = ["reading", "second_reading"].map(byDay).joined()

    private static func byDay(_ table: String) -> String {
        """
        CREATE TABLE \(table)_by_day (
            -- the day of at_utc
            day_jst INTEGER NOT NULL,
            point_key INTEGER NOT NULL REFERENCES service_point (key),
            at_utc INTEGER NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            index_ml INTEGER NOT NULL CHECK (index_ml >= 0),
            -- 0 measured, 1 estimated, 2 suspect
            quality INTEGER NOT NULL CHECK (quality BETWEEN 0 AND 2),
            status_bits INTEGER NOT NULL,
            capture_key INTEGER NOT NULL REFERENCES capture (key),
            stored_utc INTEGER NOT NULL,
            PRIMARY KEY (day_jst, point_key, at_utc, revision),
            CHECK (at_utc + 32400 - day_jst * 86400 BETWEEN 0 AND 86399)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO \(table)_by_day
            SELECT (at_utc + 32400) / 86400 - ((at_utc + 32400) % 86400 < 0) AS day, point_key, at_utc, revision,
                index_ml, quality, status_bits, capture_key, stored_utc
            FROM \(table) ORDER BY day, point_key, at_utc, revision;
        DROP TABLE \(table);
        ALTER TABLE \(table)_by_day RENAME TO \(table);

        """
    }
}
