public import Metering

/// The rows of a meters file, where each meter is its own service point.
///
/// `meter_id,diameter_mm,customer_class,rollover_l,watch`, optional `resolution_l`, `area`, `vacant`.
public struct MetersText: Sendable {
    public static let columns = ["meter_id", "diameter_mm", "customer_class", "rollover_l"]

    public let rows: [ImportedMeter]
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        (rows, rejections) = text.read(MetersText.columns, MetersText.row)
    }

    private static func row(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedMeter? {
        guard reader.begin(row), let id = reader.text("meter_id"),
            let bore = reader.wholeNumber("diameter_mm", in: 1...2_000),
            let use = reader.text("customer_class"),
            let capacity = reader.wholeNumber("rollover_l", in: 100...1_000_000_000_000)
        else { return nil }
        var resolution: Int64 = 1
        if let cell = reader.cell("resolution_l"), !cell.isEmpty {
            guard let given = reader.wholeNumber("resolution_l", in: 1...min(1_000, capacity / 2)) else {
                return nil
            }
            resolution = given
        }
        let point = ServicePoint(
            id: ServicePoint.ID(id),
            calibre: Calibre(millimetres: Int(bore)),
            useClass: UseClass(use),
            area: reader.cell("area") ?? "",
            isVacant: reader.cell("vacant") == "1"
        )
        return ImportedMeter(
            point: point,
            dial: Dial(capacity: .litres(capacity), resolution: .litres(resolution))
        )
    }
}

/// One row of `meters.csv`.
public struct ImportedMeter: Hashable, Sendable {
    public let point: ServicePoint
    public let dial: Dial
}

/// The rows of `exchanges.csv`: `meter_id,at,final_index_l,initial_index_l,new_serial`.
public struct ExchangesText: Sendable {
    public static let columns = ["meter_id", "at", "final_index_l", "initial_index_l"]

    public let rows: [ImportedExchange]
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        (rows, rejections) = text.read(ExchangesText.columns, ExchangesText.row)
    }

    private static func row(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedExchange? {
        guard reader.begin(row), let id = reader.text("meter_id"), let at = reader.instant("at"),
            let closing = reader.litres("final_index_l"),
            let opening = reader.litres("initial_index_l")
        else { return nil }
        let serial = reader.cell("new_serial").flatMap { $0.isEmpty ? nil : $0 } ?? "\(id)-\(at)"
        return ImportedExchange(
            line: row.line,
            meter: Meter.ID(id),
            at: at,
            closing: closing,
            opening: opening,
            newMeter: Meter.ID(serial)
        )
    }
}

/// One row of `exchanges.csv`.
public struct ImportedExchange: Hashable, Sendable {
    public let line: Int
    public let meter: Meter.ID
    public let at: Instant
    public let closing: Volume
    public let opening: Volume
    public let newMeter: Meter.ID
}
