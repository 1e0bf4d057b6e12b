/// Where one row of a CSV file lies, and where its cells are as long as nothing in it is quoted.
struct RowShape {
    static let mostCells = 16

    let start: Int
    /// Behind the line end.
    let end: Int
    let lineCount: Int
    /// How many cells it has, where it is not unusual.
    let count: Int
    /// It has quotes or very many cells, so that only a careful reader can tell its cells.
    let isUnusual: Bool
    /// Nothing but a line end.
    let isEmpty: Bool
    /// On which of its lines, from 0, a quote begins that nothing closes; nil where all are closed.
    let unclosedLine: Int?
    private let ends: InlineArray<16, Int>

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Nil when the row does not end in `bytes` and the file goes on.
    ///
    /// A quote that is open at the file's end, or after `longest` bytes, is taken as forgotten: then the row ends with
    /// the line on which it stands.
    init?(_ bytes: UnsafeRawBufferPointer, from start: Int, isLast: Bool, longest: Int) {
        self.start = start
        var ends = InlineArray<16, Int>(repeating: start)
        var count = 0
        var position = start
        var isUnusual = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == RowShape.newline || byte == RowShape.carriageReturn { break }
            if byte == RowShape.comma {
                if count < RowShape.mostCells { ends[count] = position }
                count += 1
            } else if byte == RowShape.quote {
                isUnusual = true
                break
            }
            position += 1
        }
        var lines = 1
        var unclosedLine: Int?
        if isUnusual {
            let limit = min(bytes.count, start + longest)
            let quoted = RowShape.endOfQuoted(bytes, from: start, to: limit)
            (position, lines) = (quoted.end, quoted.lines)
            if let open = quoted.open, isLast || limit < bytes.count {
                unclosedLine = open.line
                lines = open.line + 1
                position =
                    bytes[open.position...].firstIndex {
                        $0 == RowShape.newline || $0 == RowShape.carriageReturn
                    } ?? bytes.count
            }
        }
        guard let end = RowShape.end(bytes, after: position, isLast: isLast) else { return nil }
        if count < RowShape.mostCells { ends[count] = position }
        self.end = end
        self.ends = ends
        self.count = count + 1
        self.isUnusual = isUnusual || count >= RowShape.mostCells
        isEmpty = position == start
        lineCount = lines
        self.unclosedLine = unclosedLine
    }

    /// The bytes of a cell, from 0.
    func cell(_ number: Int) -> Range<Int> {
        (number == 0 ? start : ends[number - 1] + 1)..<ends[number]
    }

    /// Behind the line end at `position`, be it LF, CRLF or CR; nil when the next piece has to tell.
    private static func end(_ bytes: UnsafeRawBufferPointer, after position: Int, isLast: Bool) -> Int? {
        guard position < bytes.count else { return isLast ? bytes.count : nil }
        guard bytes[position] == carriageReturn else { return position + 1 }
        guard position + 1 < bytes.count else { return isLast ? bytes.count : nil }
        return bytes[position + 1] == newline ? position + 2 : position + 1
    }

    /// The first line end before `limit` that no quote encloses, and how many lines there are up to it.
    private struct QuotedEnd {
        var end: Int
        var lines = 1
        /// Where the quote begins that is open at the end, and on which line, from 0.
        var open: (position: Int, line: Int)?
    }

    private static func endOfQuoted(_ bytes: UnsafeRawBufferPointer, from start: Int, to limit: Int)
        -> QuotedEnd
    {
        var found = QuotedEnd(end: limit)
        for position in start..<limit {
            if bytes[position] == quote {
                found.open = found.open == nil ? (position, found.lines - 1) : nil
            } else if bytes[position] == newline || bytes[position] == carriageReturn {
                guard found.open != nil else {
                    found.end = position
                    return found
                }
                if bytes[position] == newline { found.lines += 1 }
            }
        }
        return found
    }
}
