/// One cell: a text, or a number as a spreadsheet keeps it.
enum TableCell: Hashable, Sendable {
    case text(String)
    case number(String)

    /// What a person sees, with full-width signs narrowed.
    var text: String {
        switch self {
        case .text(let text): JapaneseDate.narrow(text)
        case .number(let digits): digits
        }
    }
}

/// A header and rows, whatever kind of file they came from.
struct FeedTable: Hashable, Sendable {
    struct Row: Hashable, Sendable {
        /// Its line or its number in the sheet, from 1.
        let line: Int
        let cells: [TableCell]
    }

    let header: [String]
    let headerLine: Int
    let rows: [Row]
    /// The sheet; nil for text.
    let sheet: String?
    /// Whether days are counted from 1904.
    let isFrom1904: Bool

    /// - Parameters:
    ///   - rows: all rows that are not empty.
    ///   - headerRow: which of them names the columns, from 1; those above it are titles.
    ///   - sheet: the sheet's name.
    ///   - isFrom1904: how the sheet counts days.
    /// - Throws: `FileRefusal` when there are fewer rows than that.
    init(_ rows: [Row], headerRow: Int, sheet: String? = nil, isFrom1904: Bool = false) throws(FileRefusal) {
        guard rows.count >= headerRow else {
            throw FileRefusal(field: "header", expected: "\(headerRow) rows or more", found: "\(rows.count)")
        }
        header = rows[headerRow - 1].cells.map(\.text)
        headerLine = rows[headerRow - 1].line
        self.rows = Array(rows.dropFirst(headerRow))
        self.sheet = sheet
        self.isFrom1904 = isFrom1904
    }

    /// Reads text; a quote that is never closed would hide the rows behind it, so the file is refused.
    static func delimited(
        _ bytes: [UInt8],
        _ encoding: TextEncoding,
        _ delimiter: FeedLayout.Delimiter,
        headerRow: Int
    ) throws(FileRefusal) -> FeedTable {
        // DOS programs end a text by control-Z.
        let text = bytes.last == 0x1A ? Array(bytes.dropLast()) : bytes
        var scanner = DelimitedScanner(try encoding.utf8(text), delimiter: delimiter.byte)
        var rows: [Row] = []
        while let row = scanner.nextRow() {
            guard scanner.isClosed else {
                throw FileRefusal(line: row.line, field: "row", expected: "a closed quote", found: "none")
            }
            let cells = row.cells.map(TableCell.text)
            // Spreadsheets write rows of nothing but delimiters behind the last one.
            guard cells.contains(where: { !$0.text.isEmpty }) else { continue }
            rows.append(Row(line: row.line, cells: cells))
        }
        return try FeedTable(rows, headerRow: headerRow)
    }

    /// Where a row stands.
    func place(_ line: Int, in file: String) -> String {
        sheet.map { "\(file):\($0)!\(line)" } ?? "\(file):\(line)"
    }
}
