public import Metering

/// The rows of a readings file: `meter_id,timestamp,index_l,status,received_at`.
///
/// Rows stand in order of arrival. `timestamp` is the meter's own clock; an empty `index_l` means that the meter
/// answered without a value; an empty `received_at` means received at `timestamp`.
public struct ReadingsText: Sendable {
    public static let columns = ["meter_id", "timestamp", "index_l"]

    public let rows: [ImportedReading]
    /// One for each bad row: file and line, column, what was expected and found.
    public let rejections: [Rejection]

    public init(_ text: DelimitedText) {
        (rows, rejections) = text.read(ReadingsText.columns, ReadingsText.row)
    }

    static func row(_ row: DelimitedText.Row, _ reader: inout RowReader) -> ImportedReading? {
        guard reader.begin(row), let meter = reader.text("meter_id"), let at = reader.instant("timestamp")
        else { return nil }
        let litres = reader.optionalLitres("index_l")
        let arrival = reader.optionalInstant("received_at")
        let quality = ReadingQuality(word: reader.cell("status") ?? "")
        guard case .success(let index) = litres, case .success(let receivedAt) = arrival else { return nil }
        return ImportedReading(
            line: row.line,
            meter: Meter.ID(meter),
            at: at,
            index: index,
            quality: quality,
            receivedAt: receivedAt ?? at,
            text: row.cells.joined(separator: ",")
        )
    }
}

/// One row of a readings file.
public struct ImportedReading: Hashable, Sendable {
    public let line: Int
    public let meter: Meter.ID
    public let at: Instant
    /// Nil where the meter answered without a value.
    public let index: Volume?
    public let quality: ReadingQuality
    public let receivedAt: Instant
    /// The row as it stood.
    public let text: String
}

extension ReadingQuality {
    /// What a file's `status` says of the value: `ESTIMATED` and `SUSPECT` are no evidence, all other words say nothing.
    public init(word: String) {
        switch word {
        case "ESTIMATED": self = .estimated
        case "SUSPECT": self = .suspect
        default: self = .measured
        }
    }

    /// The word by which a file says it.
    public var word: String {
        switch self {
        case .measured: "OK"
        case .estimated: "ESTIMATED"
        case .suspect: "SUSPECT"
        }
    }
}

/// Reads the cells of one row after the other by column name, and collects what is wrong.
struct RowReader {
    private(set) var rejections: [Rejection] = []
    private let text: DelimitedText
    private let columns: [String: Int]
    private var row = DelimitedText.Row(line: 0, cells: [])

    struct Refused: Error {}

    init(_ text: DelimitedText) {
        self.text = text
        columns = Dictionary(
            text.header.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// - Returns: false when the row has another number of cells than the header.
    mutating func begin(_ row: DelimitedText.Row) -> Bool {
        self.row = row
        guard row.cells.count == text.header.count else {
            reject("row", "\(text.header.count) cells", "\(row.cells.count)")
            return false
        }
        return true
    }

    /// The cell; nil when the file has no such column.
    func cell(_ column: String) -> String? {
        columns[column].map { row.cells[$0] }
    }

    mutating func text(_ column: String) -> String? {
        guard let cell = cell(column), !cell.isEmpty else {
            reject(column, "a text", "nothing")
            return nil
        }
        return cell
    }

    mutating func instant(_ column: String) -> Instant? {
        let cell = cell(column) ?? ""
        guard let instant = Instant(iso8601: cell) else {
            reject(column, "ISO 8601 with a zone", cell.isEmpty ? "nothing" : cell)
            return nil
        }
        return instant
    }

    mutating func optionalInstant(_ column: String) -> Result<Instant?, Refused> {
        guard let cell = cell(column), !cell.isEmpty else { return .success(nil) }
        return instant(column).map { .success($0) } ?? .failure(Refused())
    }

    mutating func wholeNumber(_ column: String, in range: ClosedRange<Int64>) -> Int64? {
        let cell = cell(column) ?? ""
        guard let number = Int64(JapaneseDate.narrow(cell)), range.contains(number) else {
            reject(
                column,
                "a whole number from \(range.lowerBound) to \(range.upperBound)",
                cell.isEmpty ? "nothing" : cell
            )
            return nil
        }
        return number
    }

    /// Litres down to the millilitre; nil for an empty cell, which means missing and never zero.
    mutating func optionalLitres(_ column: String) -> Result<Volume?, Refused> {
        guard let cell = cell(column), !cell.isEmpty else { return .success(nil) }
        return litres(column).map { .success($0) } ?? .failure(Refused())
    }

    /// `1234` or `1234.5`: what a millilitre can't say exactly is no index.
    mutating func litres(_ column: String) -> Volume? {
        let cell = cell(column) ?? ""
        let number = cell.contains("e") ? nil : ExactDecimal(cell)
        guard let number, number.exponent >= -3, let count = number.rounded(toUnitsOf: -3),
            (0...1_000_000_000_000_000).contains(count)
        else {
            reject(
                column,
                "litres from 0 to 1000000000000, at most three decimals",
                cell.isEmpty ? "nothing" : cell
            )
            return nil
        }
        return .millilitres(count)
    }

    mutating func reject(_ field: String, _ expected: String, _ found: String) {
        rejections.append(
            Rejection(
                place: "\(text.name):\(row.line)",
                field: field,
                expected: expected,
                found: String(found.prefix(120))
            )
        )
    }
}
