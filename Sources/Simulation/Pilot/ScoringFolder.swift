import Alerting
import Foundation
public import Gateway
public import Metering
import Reporting
import Storage

/// Writes history as a folder that others can score: readings, register, truth, and what the gateway said.
///
/// Each service point goes by its own id in `meter_id`, across exchanges.
public struct ScoringFolder: Sendable {
    private let station: Station
    private let truth: Truth
    private let comparison: TruthComparison
    private let span: Range<Instant>

    public init(_ station: Station, _ truth: Truth, _ comparison: TruthComparison, span: Range<Instant>) {
        self.station = station
        self.truth = truth
        self.comparison = comparison
        self.span = span
    }

    /// - Parameter path: made when it does not exist.
    /// - Throws: when the store can't be read or the files can't be written.
    public func write(to path: String) async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let installations = station.configuration.pilot.installations
        let files: [(String, String)] = [
            ("readings.csv", try await readings(installations)),
            ("meters.csv", MeterRow.text(installations.map(ScoringFolder.meter))),
            (
                "exchanges.csv",
                ExchangeRow.text(truth.exchanges.map { ExchangeRow(meter: name($0.point), exchange: $0) })
            ),
            ("events.csv", EventRow.text(truth.events.map(event))),
            ("truth_billing.csv", TruthRow.text(truth.months.map(month))),
            ("detections.csv", DetectionRow.text(try await detections())),
            (
                "billing.csv",
                BillingRow.text(comparison.months.map { BillingRow(meter: name($0.point), total: $0.total) })
            ),
        ]
        for (name, text) in files {
            try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    private func readings(_ installations: [Installation]) async throws -> String {
        var rows: [(arrival: Instant, row: ReadingRow)] = []
        for installation in installations {
            let id = installation.point.id
            let readings = try await station.store.readings(
                of: id,
                in: span.lowerBound - 3_600..<span.upperBound + 60
            )
            var ofPoint: [(arrival: Instant, row: ReadingRow)] = []
            for reading in readings {
                var receivedAt: Instant?
                if installation.wiring == nil {
                    receivedAt = try await station.store.capture(of: reading)?.times.answered
                }
                ofPoint.append((receivedAt ?? reading.at, row(reading, receivedAt)))
            }
            rows += ofPoint.sorted { ($0.arrival, $0.row.at) < ($1.arrival, $1.row.at) }
        }
        return ReadingRow.text(rows.map(\.row))
    }

    private func row(_ reading: Reading, _ receivedAt: Instant?) -> ReadingRow {
        ReadingRow(
            meter: name(reading.point),
            at: reading.at,
            index: reading.index,
            status: "OK",
            receivedAt: receivedAt
        )
    }

    private func detections() async throws -> [DetectionRow] {
        try await station.store.incidents().compactMap { incident in
            guard case .point(let point) = incident.subject, incident.kind.isExchanged else { return nil }
            return DetectionRow(meter: name(point), kind: incident.kind, detectedAt: incident.openedAt)
        }
    }

    private static func meter(_ installation: Installation) -> MeterRow {
        MeterRow(
            meter: Meter.ID(installation.point.id.rawValue),
            calibre: installation.point.calibre,
            useClass: installation.point.useClass,
            dial: installation.meter.dial,
            isWatched: false,
            area: installation.point.area,
            isVacant: installation.point.isVacant
        )
    }

    private func event(_ event: PlantedEvent) -> EventRow {
        EventRow(
            meter: name(event.point),
            kind: event.kind.rawValue,
            start: event.from,
            end: event.to,
            rate: event.rate ?? .zero,
            detail: event.detail
        )
    }

    private func month(_ month: MonthTruth) -> TruthRow {
        TruthRow(
            meter: name(month.point),
            from: month.from,
            to: month.to,
            registered: month.registered,
            used: month.used
        )
    }

    private func name(_ point: ServicePoint.ID) -> Meter.ID {
        Meter.ID(point.rawValue)
    }
}
