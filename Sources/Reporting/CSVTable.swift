/// A table as comma-separated text.
public struct CSVTable: Hashable, Sendable {
    public let columns: [String]
    public let rows: [[Cell]]

    /// One field: what it is decides how it is guarded.
    public enum Cell: Hashable, Sendable {
        case text(String)
        /// Digits that the program itself wrote: -12, 0.998.
        case number(String)
        case empty

        public static func integer(_ value: Int64) -> Cell { .number(String(value)) }
        static func integer(_ value: Int64?) -> Cell { value.map { .number(String($0)) } ?? .empty }
    }

    public init(columns: [String], rows: [[Cell]]) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "each row has a cell for each column")
        self.columns = columns
        self.rows = rows
    }

    /// The whole file, its first line the columns' names.
    public func text(style: CSVStyle = .exchange) -> String {
        var text = style.hasByteOrderMark ? "\u{FEFF}" : ""
        CSVTable.append(columns.map { .text($0) }, to: &text, style)
        for row in rows { CSVTable.append(row, to: &text, style) }
        return text
    }

    /// One line of a file, for those that are written row by row.
    public static func line(_ row: [Cell], style: CSVStyle = .exchange) -> String {
        var text = ""
        append(row, to: &text, style)
        return text
    }

    private static func append(_ row: [Cell], to text: inout String, _ style: CSVStyle) {
        for (position, cell) in row.enumerated() {
            if position > 0 { text += "," }
            switch cell {
            case .text(let value): text += quoted(style.guardsFormulas ? guarded(value) : value)
            case .number(let digits): text += digits
            case .empty: break
            }
        }
        text += style.lineEnd
    }

    /// `=1+2`, `+81...`, `-5`, `@x` and texts that begin with a control character, with an apostrophe in front.
    private static func guarded(_ value: String) -> String {
        guard let first = value.unicodeScalars.first else { return value }
        let runs = first.value < 0x20 || "=+-@＝＋－＠".unicodeScalars.contains(first)
        return runs ? "'" + value : value
    }

    /// RFC 4180: in quotes when it holds a comma, a quote or a line end; quotes inside are doubled.
    private static func quoted(_ value: String) -> String {
        let needsQuotes = value.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" { text += "\"" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
