public import Metering

/// One row of a weather file.
public struct ImportedWeather: Hashable, Sendable {
    public let line: Int
    /// Nil where the file has no such column, or an empty cell.
    public let station: WeatherStation.ID?
    public let value: Value

    public enum Value: Hashable, Sendable {
        case hour(Instant, Temperature)
        case day(LocalDay, lowest: Temperature, highest: Temperature)
    }
}

/// The rows of a weather file: `timestamp,temp_c`, or `date,tmin_c,tmax_c`; each with an optional `station`.
public struct WeatherText: Sendable {
    public static let hourly = ["timestamp", "temp_c"]
    public static let daily = ["date", "tmin_c", "tmax_c"]

    public let rows: [ImportedWeather]
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        let isDaily = text.column("date") != nil
        (rows, rejections) = text.read(isDaily ? WeatherText.daily : WeatherText.hourly) { row, reader in
            isDaily ? WeatherText.day(row, &reader) : WeatherText.hour(row, &reader)
        }
    }

    private static func hour(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedWeather? {
        guard reader.begin(row), let at = reader.instant("timestamp"),
            let temperature = reader.temperature("temp_c")
        else { return nil }
        return ImportedWeather(line: row.line, station: station(reader), value: .hour(at, temperature))
    }

    private static func day(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedWeather? {
        guard reader.begin(row), let day = reader.day("date"), let lowest = reader.temperature("tmin_c"),
            let highest = reader.temperature("tmax_c")
        else { return nil }
        guard lowest <= highest else {
            reader.reject("tmax_c", "\(lowest) or more, the lowest of the day", "\(highest)")
            return nil
        }
        return ImportedWeather(
            line: row.line,
            station: station(reader),
            value: .day(day, lowest: lowest, highest: highest)
        )
    }

    private static func station(_ reader: RowReader) -> WeatherStation.ID? {
        reader.cell("station").flatMap { $0.isEmpty ? nil : WeatherStation.ID($0) }
    }
}

extension RowReader {
    fileprivate mutating func day(_ column: String) -> LocalDay? {
        let cell = cell(column) ?? ""
        guard let day = LocalDay(cell) else {
            reject(column, "a day such as 2026-01-24", cell.isEmpty ? "nothing" : cell)
            return nil
        }
        return day
    }

    fileprivate mutating func temperature(_ column: String) -> Temperature? {
        let cell = cell(column) ?? ""
        let number = cell.contains("e") ? nil : ExactDecimal(cell)
        guard let number, number.exponent >= -3, let count = number.rounded(toUnitsOf: -3),
            Temperature.plausible.contains(.millidegrees(count))
        else {
            reject(
                column,
                "degrees from \(Temperature.plausible.lowerBound) to \(Temperature.plausible.upperBound), at most three decimals",
                cell.isEmpty ? "nothing" : cell
            )
            return nil
        }
        return .millidegrees(count)
    }
}
