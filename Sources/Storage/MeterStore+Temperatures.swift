internal import GRDB
public import Metering

/// One temperature as the store holds it.
public struct TemperatureSample: Hashable, Sendable {
    public let station: WeatherStation.ID
    public let at: Instant
    public let temperature: Temperature
    /// 1 for the first value of this hour; a correction is higher, and the highest counts.
    public let revision: Int
    /// When it was known here.
    public let storedAt: Instant
}

/// The lowest and the highest temperature of a day, which are known when it is over.
public struct DayTemperatures: Hashable, Sendable {
    public let station: WeatherStation.ID
    public let day: LocalDay
    public let lowest: Temperature
    public let highest: Temperature
    public let revision: Int
    public let storedAt: Instant
}

/// One value that shall be kept.
public struct WeatherRecord: Hashable, Sendable {
    public let station: WeatherStation.ID
    public let value: Value

    public enum Value: Hashable, Sendable {
        case hour(Instant, Temperature)
        case day(LocalDay, lowest: Temperature, highest: Temperature)
    }

    public init(station: WeatherStation.ID, value: Value) {
        self.station = station
        self.value = value
    }
}

/// What became of weather records.
public struct WeatherTally: Hashable, Sendable {
    public var stored = 0
    /// Of the stored ones those that correct an earlier value.
    public var revised = 0
    public var duplicates = 0

    public init(stored: Int = 0, revised: Int = 0, duplicates: Int = 0) {
        self.stored = stored
        self.revised = revised
        self.duplicates = duplicates
    }
}

extension MeterStore {
    /// Keeps weather, and puts aside what was not understood, in one transaction.
    ///
    /// The value that counts, told again, changes nothing; another value for the same time is a new revision.
    ///
    /// - Parameters:
    ///   - records: in the order in which they were told.
    ///   - rejections: the rows that were not understood; they go to quarantine.
    ///   - file: where they are from.
    ///   - now: the time of storing.
    /// - Returns: what became of the records.
    /// - Throws: `.full`, `.busy` and the like; nothing is kept then.
    public func store(
        _ records: [WeatherRecord],
        rejections: [Rejection] = [],
        from file: String,
        at now: Instant
    ) async throws(StoreError) -> WeatherTally {
        try await write("store weather of \(file)") { database in
            let writer = WeatherWriter(database: database, file: file, now: now)
            var tally = WeatherTally()
            for record in records { try writer.store(record, &tally) }
            var arrivals = try ArrivalWriter(database, keys, now: now)
            let record = ArrivalWriter.Record(path: try arrivals.pathKey(Path.ID("weather")), key: file)
            for rejection in rejections { try arrivals.quarantine(rejection, of: record) }
            return tally
        }
    }

    /// The temperatures of a station in order of time; of each instant the highest revision.
    ///
    /// What judges an hour asks with that hour as the end of its range, and `asOf` where it judges anew what was judged
    /// then: only what was known counts.
    ///
    /// - Parameters:
    ///   - station: where; one that is not known has none.
    ///   - range: instants of measurement.
    ///   - asOf: only what was stored by then; nil for all.
    /// - Returns: one sample an instant; missing hours are missing.
    /// - Throws: `.damaged` and the like, when the database can't be read.
    public func temperatures(
        of station: WeatherStation.ID,
        in range: Range<Instant>,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [TemperatureSample] {
        try await read("read the temperatures of \(station)") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT at_utc, temperature_mc, max(revision), stored_utc FROM temperature
                    WHERE station = ? AND at_utc >= ? AND at_utc < ? AND stored_utc <= ?
                    GROUP BY at_utc ORDER BY at_utc
                    """,
                arguments: [
                    station.rawValue, range.lowerBound.secondsSince1970, range.upperBound.secondsSince1970,
                    asOf?.secondsSince1970 ?? .max,
                ]
            ).map { row in
                TemperatureSample(
                    station: station,
                    at: Instant(secondsSince1970: row[0]),
                    temperature: .millidegrees(row[1]),
                    revision: row[2],
                    storedAt: Instant(secondsSince1970: row[3])
                )
            }
        }
    }

    /// The lowest and highest temperatures of a station by day; of each day the highest revision.
    public func dayTemperatures(
        of station: WeatherStation.ID,
        in days: Range<LocalDay>,
        asOf: Instant? = nil
    ) async throws(StoreError) -> [DayTemperatures] {
        try await read("read the daily temperatures of \(station)") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT day_jst, lowest_mc, highest_mc, max(revision), stored_utc FROM day_temperature
                    WHERE station = ? AND day_jst >= ? AND day_jst < ? AND stored_utc <= ?
                    GROUP BY day_jst ORDER BY day_jst
                    """,
                arguments: [
                    station.rawValue, days.lowerBound.daysSince1970, days.upperBound.daysSince1970,
                    asOf?.secondsSince1970 ?? .max,
                ]
            ).map { row in
                DayTemperatures(
                    station: station,
                    day: LocalDay(daysSince1970: row[0]),
                    lowest: .millidegrees(row[1]),
                    highest: .millidegrees(row[2]),
                    revision: row[3],
                    storedAt: Instant(secondsSince1970: row[4])
                )
            }
        }
    }

    /// The stations of which anything is stored, in order of their names.
    public func weatherStations() async throws(StoreError) -> [WeatherStation.ID] {
        try await read("read the weather stations") { database in
            try String.fetchAll(
                database,
                sql: "SELECT station FROM temperature UNION SELECT station FROM day_temperature ORDER BY 1"
            ).map { WeatherStation.ID($0) }
        }
    }
}

/// Writes weather inside one transaction.
private struct WeatherWriter {
    let database: Database
    let file: String
    let now: Instant

    func store(_ record: WeatherRecord, _ tally: inout WeatherTally) throws {
        let station = record.station.rawValue
        switch record.value {
        case .hour(let at, let temperature):
            try store(
                "temperature (station, at_utc, revision, temperature_mc, source, stored_utc)",
                "temperature_mc FROM temperature WHERE station = ? AND at_utc = ?",
                key: [station, at.secondsSince1970],
                values: [temperature.millidegrees],
                &tally
            )
        case .day(let day, let lowest, let highest):
            try store(
                "day_temperature (station, day_jst, revision, lowest_mc, highest_mc, source, stored_utc)",
                "lowest_mc, highest_mc FROM day_temperature WHERE station = ? AND day_jst = ?",
                key: [station, day.daysSince1970],
                values: [lowest.millidegrees, highest.millidegrees],
                &tally
            )
        }
    }

    private func store(
        _ table: String,
        _ columns: String,
        key: StatementArguments,
        values: [Int64],
        _ tally: inout WeatherTally
    ) throws {
        let find = try database.cachedStatement(
            sql: "SELECT revision, \(columns) ORDER BY revision DESC LIMIT 1"
        )
        let newest = try Row.fetchOne(find, arguments: key)
        let revision: Int = newest?[0] ?? 0
        if let newest, values.indices.allSatisfy({ newest[$0 + 1] == values[$0] }) {
            tally.duplicates += 1
            return
        }
        let marks = Array(repeating: "?", count: values.count + 5).joined(separator: ", ")
        let insert = try database.cachedStatement(sql: "INSERT INTO \(table) VALUES (\(marks))")
        try insert.execute(
            arguments: key + [revision + 1] + StatementArguments(values) + [file, now.secondsSince1970]
        )
        tally.stored += 1
        if revision > 0 { tally.revised += 1 }
    }
}
