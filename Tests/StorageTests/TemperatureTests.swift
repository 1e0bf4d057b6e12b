import Metering
import Testing

@testable import Storage

struct TemperatureTests {
    private let station = WeatherStation.ID("柏崎")

    private func hourly(_ number: Int64, _ millidegrees: Int64, at station: WeatherStation.ID? = nil)
        -> WeatherRecord
    {
        WeatherRecord(
            station: station ?? self.station,
            value: .hour(moment + number * hour, .millidegrees(millidegrees))
        )
    }

    private func told(_ store: MeterStore, asOf: Instant? = nil) async throws -> [Int64] {
        try await store.temperatures(of: station, in: moment..<moment + 10 * hour, asOf: asOf)
            .map(\.temperature.millidegrees)
    }

    @Test func `a later value for the same hour is a new revision, and as of then the earlier one counts`()
        async throws
    {
        let store = try await MeterStore.inMemory()
        let first = try await store.store(
            [hourly(0, -500), hourly(2, 700)],
            from: "a.csv",
            at: moment + 3 * hour
        )
        #expect(first == WeatherTally(stored: 2))
        let second = try await store.store(
            [hourly(0, -500), hourly(2, 800), hourly(1, 100)],
            from: "b.csv",
            at: moment + 5 * hour
        )
        #expect(second == WeatherTally(stored: 2, revised: 1, duplicates: 1))
        #expect(try await told(store) == [-500, 100, 800])
        #expect(try await told(store, asOf: moment + 4 * hour) == [-500, 700])
        #expect(try await told(store, asOf: moment) == [])
        let samples = try await store.temperatures(of: station, in: moment..<moment + 10 * hour)
        #expect(samples.map(\.revision) == [1, 1, 2])
        #expect(samples.map(\.storedAt) == [3, 5, 5].map { moment + $0 * hour })
    }

    @Test func `what judges an hour sees that hour's place only, and nothing later`() async throws {
        let store = try await MeterStore.inMemory()
        let records = (0..<5).map { hourly($0, $0) } + [hourly(1, 9, at: WeatherStation.ID("高田"))]
        _ = try await store.store(records, from: "a.csv", at: moment + 9 * hour)
        let known = try await store.temperatures(of: station, in: moment..<moment + 3 * hour)
        #expect(known.map(\.temperature.millidegrees) == [0, 1, 2])
        #expect(try await store.temperatures(of: WeatherStation.ID("?"), in: moment..<moment + hour) == [])
        #expect(try await store.weatherStations() == [station, WeatherStation.ID("高田")])
    }

    @Test func `the lowest and highest of a day are kept by the same rules`() async throws {
        let store = try await MeterStore.inMemory()
        let day = LocalDay(containing: moment)
        func record(_ lowest: Int64, _ highest: Int64) -> WeatherRecord {
            WeatherRecord(
                station: station,
                value: .day(day, lowest: .millidegrees(lowest), highest: .millidegrees(highest))
            )
        }
        _ = try await store.store([record(-1, 5)], from: "a.csv", at: moment)
        let again = try await store.store([record(-1, 5), record(-2, 5)], from: "b.csv", at: moment + hour)
        #expect(again == WeatherTally(stored: 1, revised: 1, duplicates: 1))
        let days = day..<day.advanced(by: 1)
        let newest = try await store.dayTemperatures(of: station, in: days)
        #expect(newest.map(\.lowest) == [.millidegrees(-2)] && newest.map(\.revision) == [2])
        #expect(
            try await store.dayTemperatures(of: station, in: days, asOf: moment).map(\.lowest)
                == [.millidegrees(-1)]
        )
    }

    @Test(arguments: ["temperature", "quarantine"])
    func `weather is kept whole with its bad rows, or not at all`(table: String) async throws {
        let store = try await MeterStore.inMemory()
        try await store.failEveryWrite(to: table)
        let bad = Rejection(place: "a.csv:3", field: "temp_c", expected: "degrees", found: "x")
        await #expect(throws: StoreError.self) {
            _ = try await store.store([hourly(0, 1)], rejections: [bad], from: "a.csv", at: moment)
        }
        #expect(try await told(store) == [])
        try await store.letWritesPass()
        _ = try await store.store([hourly(0, 1)], rejections: [bad], from: "a.csv", at: moment)
        #expect(try await told(store) == [1])
        #expect(try await store.quarantined().map(\.rejection) == [bad])
    }
}
