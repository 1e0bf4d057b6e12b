extension Schema {
    /// Finds what units' own clocks showed; a feed's records are found by their readings.
    static let clocksOfUnits = """
        CREATE INDEX capture_with_clock ON capture (path_key, source, answered_utc)
            WHERE own_utc IS NOT NULL AND request_bytes <> x'';
        """
}
