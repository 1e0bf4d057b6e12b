import Decoding
public import Metering
public import Storage

/// Takes outdoor temperatures out of files into the store, row by row: good rows in, bad ones aside.
public struct WeatherImport: Sendable {
    private let store: MeterStore

    public init(store: MeterStore) {
        self.store = store
    }

    /// Imports a weather file (`timestamp,temp_c` or `date,tmin_c,tmax_c`, with an optional `station`).
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: its name, for messages and provenance.
    ///   - station: where it was measured, for rows that do not say so; nil where each row has to.
    ///   - now: the time of storing; nothing later can have been measured, and no day that goes on is over.
    /// - Returns: what was kept, and every bad row with its reason.
    /// - Throws: `StoreError` when the store can't be written; nothing is kept then.
    public func take(
        _ bytes: [UInt8],
        named name: String,
        station: WeatherStation.ID?,
        at now: Instant
    ) async throws -> (tally: WeatherTally, rejections: [Rejection]) {
        let text = WeatherText(DelimitedText(bytes, named: name))
        var rejections = text.rejections
        var records: [WeatherRecord] = []
        for row in text.rows {
            do throws(Refused) {
                records.append(try WeatherImport.record(row, station, at: now))
            } catch {
                rejections.append(
                    Rejection(
                        place: "\(name):\(row.line)",
                        field: error.field,
                        expected: error.expected,
                        found: error.found
                    )
                )
            }
        }
        let tally = try await store.store(records, rejections: rejections, from: name, at: now)
        return (tally, rejections)
    }

    private struct Refused: Error {
        let field: String
        let expected: String
        let found: String
    }

    private static func record(
        _ row: ImportedWeather,
        _ station: WeatherStation.ID?,
        at now: Instant
    ) throws(Refused) -> WeatherRecord {
        guard let station = row.station ?? station else {
            throw Refused(field: "station", expected: "a place, in the row or by --station", found: "nothing")
        }
        switch row.value {
        case .hour(let at, let temperature):
            guard at <= now + 300 else {
                throw Refused(
                    field: "timestamp",
                    expected: "not later than its arrival",
                    found: at.japaneseDescription
                )
            }
            return WeatherRecord(station: station, value: .hour(at, temperature))
        case .day(let day, let lowest, let highest):
            guard day.advanced(by: 1).start <= now else {
                throw Refused(field: "date", expected: "a day that is over", found: day.description)
            }
            return WeatherRecord(station: station, value: .day(day, lowest: lowest, highest: highest))
        }
    }
}
