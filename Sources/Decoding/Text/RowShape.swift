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
    private let ends: InlineArray<16, Int>

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Nil when the row does not end in `bytes` and the file goes on.
    init?(_ bytes: UnsafeRawBufferPointer, from start: Int, isLast: Bool) {
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
        if isUnusual { (position, lines) = RowShape.endOfQuoted(bytes, from: start) }
        guard let end = RowShape.end(bytes, after: position, isLast: isLast) else { return nil }
        if count < RowShape.mostCells { ends[count] = position }
        self.end = end
        self.ends = ends
        self.count = count + 1
        self.isUnusual = isUnusual || count >= RowShape.mostCells
        isEmpty = position == start
        lineCount = lines
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

    /// The first line end that no quote encloses, and how many lines there are up to it.
    private static func endOfQuoted(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (Int, Int) {
        var isQuoted = false
        var lines = 1
        for position in start..<bytes.count {
            if bytes[position] == quote { isQuoted.toggle() }
            if !isQuoted, bytes[position] == newline || bytes[position] == carriageReturn {
                return (position, lines)
            }
            if bytes[position] == newline { lines += 1 }
        }
        return (bytes.count, lines)
    }
}
