import Metering
public import Reporting
public import Storage

/// The small tables as files that `import` takes: exchanges, events, hand readings, weather.
public struct TableExport: Sendable {
    private let store: MeterStore
    private let request: ReadingsExport.Request

    /// Which table.
    public enum Table: String, Hashable, Sendable, CaseIterable {
        case exchanges
        case events
        case handReadings = "hand-readings"
        case weather
        case dailyWeather = "daily-weather"
    }

    public init(_ request: ReadingsExport.Request, store: MeterStore) {
        self.request = request
        self.store = store
    }

    /// - Returns: the table, in order of points or stations and of time; what was withdrawn is left out.
    /// - Throws: `StoreError` when the store can't be read.
    public func table(_ table: Table) async throws -> CSVTable {
        switch table {
        case .exchanges: try await exchanges()
        case .events: try await events { $0.event.kind != .handReading }
        case .handReadings: try await handReadings()
        case .weather: try await hourlyWeather()
        case .dailyWeather: try await dailyWeather()
        }
    }

    private func isWanted(_ at: Instant) -> Bool {
        at >= request.from ?? at && at < request.to ?? at + 1
    }

    private func full(_ columns: [String]) -> [String] { request.isFull ? columns : [] }
    private func full(_ cells: [CSVTable.Cell]) -> [CSVTable.Cell] { request.isFull ? cells : [] }

    /// Exchanges whose indexes were erased are left out, since they say nothing that could be taken in again.
    private func exchanges() async throws -> CSVTable {
        let points = try await store.registeredPoints().map(\.point.id)
            .filter { request.point == nil || $0 == request.point }
        var rows: [[CSVTable.Cell]] = []
        for point in points {
            for exchange in try await store.knownExchanges(of: point, asOf: request.asOf)
            where isWanted(exchange.at) {
                rows.append([
                    .text(point.rawValue), .text(exchange.at.japaneseDescription),
                    .litres(exchange.closing), .litres(exchange.opening), .text(exchange.newMeter.rawValue),
                ])
            }
        }
        return CSVTable(columns: ExchangeRow.columns, rows: rows)
    }

    private func events(_ isChosen: (RecordedEvent) -> Bool) async throws -> CSVTable {
        let rows = try await chosenEvents().filter(isChosen).map { recorded in
            let event = recorded.event
            return [
                event.point.map { .text($0.rawValue) } ?? .empty, .text(event.kind.rawValue),
                .text(event.at.japaneseDescription), .text(event.by), .text(event.reason),
                event.until.map { .text($0.japaneseDescription) } ?? .empty,
                event.index.map { .integer($0.wholeCubicMetres) } ?? .empty, .text(event.detail),
                area(of: event),
            ] + full([.integer(Int64(recorded.revision)), .text(recorded.recordedAt.description)])
        }
        let columns = ["service_point", "kind", "at", "by", "reason", "until", "index_m3", "detail", "area"]
        return CSVTable(columns: columns + full(["revision", "stored_at"]), rows: rows)
    }

    private func handReadings() async throws -> CSVTable {
        let rows = try await chosenEvents().filter { $0.event.kind == .handReading }.map { recorded in
            let event = recorded.event
            return [
                .text(event.point?.rawValue ?? ""), .text(event.at.japaneseDescription),
                event.index.map { .integer($0.wholeCubicMetres) } ?? .empty, .text(event.by),
                .text(event.reason),
            ]
                + full([
                    .text(recorded.held?.rawValue ?? ""), .integer(Int64(recorded.revision)),
                    .text(recorded.recordedAt.description),
                ])
        }
        let columns = ["service_point", "at", "index_m3", "by", "reason"]
        return CSVTable(columns: columns + full(["held", "revision", "stored_at"]), rows: rows)
    }

    private func chosenEvents() async throws -> [RecordedEvent] {
        try await store.events(of: request.point, asOf: request.asOf).filter { isWanted($0.event.at) }
    }

    private func area(of event: PointEvent) -> CSVTable.Cell {
        guard case .area(let name) = event.place else { return .empty }
        return .text(name)
    }

    private func hourlyWeather() async throws -> CSVTable {
        var rows: [[CSVTable.Cell]] = []
        let (from, to) = (request.from, request.to)
        let range = (from ?? Instant(secondsSince1970: .min))..<(to ?? Instant(secondsSince1970: .max))
        for station in try await store.weatherStations() {
            rows += try await store.temperatures(of: station, in: range, asOf: request.asOf).map { sample in
                [
                    .text(station.rawValue), .text(sample.at.japaneseDescription),
                    .number(sample.temperature.description),
                ] + full([.integer(Int64(sample.revision)), .text(sample.storedAt.description)])
            }
        }
        let columns = ["station", "timestamp", "temp_c"] + full(["revision", "stored_at"])
        return CSVTable(columns: columns, rows: rows)
    }

    private func dailyWeather() async throws -> CSVTable {
        var rows: [[CSVTable.Cell]] = []
        let first = request.from.map { LocalDay(containing: $0) } ?? LocalDay(daysSince1970: -1_000_000)
        let last = request.to.map { LocalDay(containing: $0) } ?? LocalDay(daysSince1970: 10_000_000)
        for station in try await store.weatherStations() {
            rows += try await store.dayTemperatures(of: station, in: first..<last, asOf: request.asOf).map {
                day in
                [
                    .text(station.rawValue), .text(day.day.description), .number(day.lowest.description),
                    .number(day.highest.description),
                ] + full([.integer(Int64(day.revision)), .text(day.storedAt.description)])
            }
        }
        let columns = ["station", "date", "tmin_c", "tmax_c"] + full(["revision", "stored_at"])
        return CSVTable(columns: columns, rows: rows)
    }
}

extension CSVTable.Cell {
    /// Litres down to the millilitre: `1234`, `1234.5`.
    fileprivate static func litres(_ volume: Volume) -> CSVTable.Cell {
        .number(String(volume.description.dropLast(2)))
    }
}
