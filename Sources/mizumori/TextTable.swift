/// Columns for a terminal, aligned by what a terminal shows: a Japanese character is two cells wide.
struct TextTable {
    private let header: [String]
    private let rightAligned: Set<Int>
    private var rows: [[String]] = []

    /// - Parameters:
    ///   - header: the titles of the columns.
    ///   - rightAligned: the columns that hold numbers.
    init(_ header: [String], rightAligned: Set<Int> = []) {
        self.header = header
        self.rightAligned = rightAligned
    }

    mutating func append(_ row: [String]) {
        precondition(row.count == header.count, "every row has a cell for each column")
        rows.append(row)
    }

    func render() -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { TextTable.cells(in: $0[column]) }.max() ?? 0 }
        return all.map { line($0, widths) }.joined(separator: "\n")
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = row.enumerated().map { column, text in
            let padding = String(repeating: " ", count: widths[column] - TextTable.cells(in: text))
            return rightAligned.contains(column) ? padding + text : text + padding
        }
        let joined = cells.joined(separator: "  ")
        return String(joined.reversed().drop { $0 == " " }.reversed())
    }

    /// How many terminal cells `text` takes.
    static func cells(in text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
    }

    /// East Asian wide and full-width blocks (Unicode Standard Annex 11, the ones that Japanese text uses).
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF,
            0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6:
            true
        default: false
        }
    }
}
