import Metering

/// A CSV file (RFC 4180) in UTF-8, with or without a byte order mark, lines ended by LF or CRLF.
///
/// The first row names the columns; a reader asks for those it knows, and others are passed over.
public struct DelimitedText: Sendable {
    public let name: String
    public let header: [String]
    /// The rows after the header; empty lines are none.
    public let rows: [Row]

    /// One row, with the line on which it begins.
    public struct Row: Hashable, Sendable {
        public let line: Int
        public let cells: [String]
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: what to call it in messages.
    public init(_ bytes: [UInt8], named name: String) {
        var scanner = DelimitedScanner(bytes)
        var rows: [Row] = []
        while let row = scanner.nextRow() { rows.append(row) }
        self.name = name
        header = rows.first?.cells ?? []
        self.rows = Array(rows.dropFirst())
    }

    /// The position of a column, or nil when the file has none of this name.
    public func column(_ name: String) -> Int? {
        header.firstIndex(of: name)
    }

    /// Reads every row, if the file has the columns.
    ///
    /// - Parameters:
    ///   - columns: those that every row needs.
    ///   - read: makes a value of a row, or rejects it in the reader.
    /// - Returns: what was read, and the reasons of the rest; a file without the columns has no rows.
    func read<Value>(
        _ columns: [String],
        _ read: (Row, inout RowReader) -> Value?
    ) -> (values: [Value], rejections: [Rejection]) {
        let missing = missing(columns)
        guard missing.isEmpty else { return ([], missing) }
        var reader = RowReader(self)
        let values = rows.compactMap { read($0, &reader) }
        return (values, reader.rejections)
    }

    /// The problems of a file that lacks columns; empty when it has all of them.
    func missing(_ columns: [String]) -> [Rejection] {
        columns.filter { column($0) == nil }.map {
            Rejection(place: "\(name):1", field: $0, expected: "a column of this name", found: "none")
        }
    }
}

/// Walks over the bytes of a CSV file, row by row.
struct DelimitedScanner {
    /// Whether the last quoted cell was closed.
    private(set) var isClosed = true
    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var position: Int
    private var line: Int

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// - Parameters:
    ///   - bytes: whole rows.
    ///   - delimiter: what stands between two cells.
    ///   - firstLine: the line on which they begin in their file.
    init(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), firstLine: Int = 1) {
        self.bytes = bytes
        self.delimiter = delimiter
        line = firstLine
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next row that is not an empty line, or nil at the end.
    mutating func nextRow() -> DelimitedText.Row? {
        while position < bytes.count {
            let start = line
            let cells = readCells()
            if cells != [""] { return DelimitedText.Row(line: start, cells: cells) }
        }
        return nil
    }

    private mutating func readCells() -> [String] {
        var cells: [String] = []
        while true {
            cells.append(readCell())
            guard position < bytes.count, bytes[position] == delimiter else { break }
            position += 1
        }
        skipLineEnd()
        return cells
    }

    private mutating func readCell() -> String {
        guard position < bytes.count, bytes[position] == DelimitedScanner.quote else { return readPlain() }
        position += 1
        isClosed = false
        var cell: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == DelimitedScanner.quote {
                guard position < bytes.count, bytes[position] == DelimitedScanner.quote else {
                    isClosed = true
                    break
                }
                position += 1
            }
            if byte == DelimitedScanner.newline { line += 1 }
            cell.append(byte)
        }
        return String(decoding: cell, as: UTF8.self) + readPlain()
    }

    private mutating func readPlain() -> String {
        let start = position
        while position < bytes.count, bytes[position] != delimiter,
            bytes[position] != DelimitedScanner.newline, bytes[position] != DelimitedScanner.carriageReturn
        {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipLineEnd() {
        if position < bytes.count, bytes[position] == DelimitedScanner.carriageReturn { position += 1 }
        if position < bytes.count, bytes[position] == DelimitedScanner.newline { position += 1 }
        line += 1
    }
}
