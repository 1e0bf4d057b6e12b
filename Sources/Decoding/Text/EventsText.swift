public import Metering

/// One event with the line on which it stood.
public struct ImportedEvent: Hashable, Sendable {
    public let line: Int
    public let event: PointEvent
}

/// The rows of an events file: `service_point,kind,at,by,reason`, optional `until,index_m3,detail,area`.
///
/// `kind` is either word of an event's kind (`open`, `開栓`). An area's event leaves `service_point` empty and names its
/// `area`.
public struct EventsText: Sendable {
    public static let columns = ["service_point", "kind", "at", "by", "reason"]

    public let rows: [ImportedEvent]
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        (rows, rejections) = text.read(EventsText.columns, EventsText.row)
    }

    private static func row(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedEvent? {
        guard reader.begin(row) else { return nil }
        let kind = kind(&reader)
        let place = place(&reader)
        let at = reader.officeInstant("at")
        let until = reader.optionalOfficeInstant("until")
        let index = reader.optionalCubicMetres("index_m3")
        let (by, reason) = (reader.text("by"), reader.text("reason"))
        guard let kind, let place, let at, case .success(let until) = until, case .success(let index) = index,
            let by, let reason
        else { return nil }
        let event = PointEvent(
            place: place,
            kind: kind,
            at: at,
            until: until,
            index: index,
            detail: reader.cell("detail") ?? "",
            by: by,
            reason: reason
        )
        return ImportedEvent(line: row.line, event: event)
    }

    private static func kind(_ reader: inout RowReader) -> EventKind? {
        let word = reader.cell("kind") ?? ""
        guard let kind = EventKind(word: word) else {
            let words = EventKind.allCases.map(\.rawValue).joined(separator: ", ")
            reader.reject("kind", "one of \(words)", word.isEmpty ? "nothing" : word)
            return nil
        }
        return kind
    }

    private static func place(_ reader: inout RowReader) -> PointEvent.Place? {
        let (point, area) = (reader.cell("service_point") ?? "", reader.cell("area") ?? "")
        guard point.isEmpty != area.isEmpty else {
            reader.reject(
                "service_point",
                "either a service point or an area",
                point.isEmpty ? "nothing" : "both"
            )
            return nil
        }
        return point.isEmpty ? .area(area) : .point(ServicePoint.ID(point))
    }
}

/// The rows of a hand readings file (目視検針): `service_point,at,index_m3,by`, optional `reason`.
public struct HandReadingsText: Sendable {
    public static let columns = ["service_point", "at", "index_m3", "by"]

    public let rows: [ImportedEvent]
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        (rows, rejections) = text.read(HandReadingsText.columns, HandReadingsText.row)
    }

    private static func row(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedEvent? {
        guard reader.begin(row) else { return nil }
        let point = reader.text("service_point")
        let at = reader.officeInstant("at")
        let index = reader.wholeNumber("index_m3", in: RowReader.cubicMetres)
        let by = reader.text("by")
        guard let point, let at, let index, let by else { return nil }
        let reason = reader.cell("reason") ?? ""
        let event = PointEvent(
            place: .point(ServicePoint.ID(point)),
            kind: .handReading,
            at: at,
            index: .cubicMetres(index),
            by: by,
            reason: reason.isEmpty ? "hand reading" : reason
        )
        return ImportedEvent(line: row.line, event: event)
    }
}

extension RowReader {
    /// What a dial of black digits can show.
    fileprivate static let cubicMetres: ClosedRange<Int64> = 0...100_000_000

    fileprivate mutating func officeInstant(_ column: String) -> Instant? {
        let cell = cell(column) ?? ""
        guard let instant = JapaneseDate.instant(cell, orMidnight: true) else {
            reject(
                column,
                "a date and a time such as 2026-03-01T10:00 or R8.3.1 10:00",
                cell.isEmpty ? "nothing" : cell
            )
            return nil
        }
        return instant
    }

    fileprivate mutating func optionalOfficeInstant(_ column: String) -> Result<Instant?, Refused> {
        guard let cell = cell(column), !cell.isEmpty else { return .success(nil) }
        return officeInstant(column).map { .success($0) } ?? .failure(Refused())
    }

    fileprivate mutating func optionalCubicMetres(_ column: String) -> Result<Volume?, Refused> {
        guard let cell = cell(column), !cell.isEmpty else { return .success(nil) }
        return wholeNumber(column, in: RowReader.cubicMetres).map { .success(.cubicMetres($0)) }
            ?? .failure(Refused())
    }
}
