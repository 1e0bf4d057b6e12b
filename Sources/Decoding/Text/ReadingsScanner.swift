public import Metering

/// Reads a readings file (`ReadingsText`) of any length, piece by piece, in bounded memory.
///
/// Rows as machines write them (no quotes, whole litres, instants as `2025-04-01T01:00:00+09:00`) are read byte by byte;
/// every other row is read as `ReadingsText` reads it, so both always mean the same.
public struct ReadingsScanner: Sendable {
    /// Whole lines of the file, with what they mean.
    public struct Lines: Sendable {
        public let numbers: ClosedRange<Int>
        /// As they stand in the file.
        public let text: [UInt8]
        public let rows: [Row]
        /// One for each bad row.
        public let rejections: [Rejection]

        /// Each row as it stands in `text`, by the line on which it begins; walks over the text once.
        public func rowTexts() -> [Int: ArraySlice<UInt8>] {
            var texts: [Int: ArraySlice<UInt8>] = [:]
            var (position, line) = (0, numbers.lowerBound)
            text.withUnsafeBytes { bytes in
                while position < bytes.count,
                    let shape = RowShape(
                        bytes,
                        from: position,
                        isLast: true,
                        longest: ReadingsScanner.longestRow
                    )
                {
                    // What a forgotten quote spoils is told under the line of the quote.
                    texts[line + (shape.unclosedLine ?? 0)] = text[shape.start..<shape.end]
                    position = shape.end
                    line += shape.lineCount
                }
            }
            return texts
        }
    }

    /// A row of more bytes than this is none: a quote was forgotten, or the file has no lines.
    public static let longestRow = 64 * 1_024

    /// One row of the file.
    public struct Row: Equatable, Sendable {
        public let line: Int
        /// A place in `meters`.
        public let meter: Int
        public let at: Instant
        /// Nil where the meter answered without a value.
        public let index: Volume?
        public let quality: ReadingQuality
        public let receivedAt: Instant
        /// Only in the file of a full export.
        public let origin: ReadingOrigin?

        public static func == (a: Row, b: Row) -> Bool {
            a.line == b.line && a.meter == b.meter && a.at == b.at && a.index == b.index
                && a.quality == b.quality && a.receivedAt == b.receivedAt && a.origin === b.origin
        }
    }

    /// The meters that were named so far, in the order of their first rows.
    public private(set) var meters: [Meter.ID] = []

    private let name: String
    private let mostLines: Int
    private var carried: [UInt8] = []
    /// Whether the rest of a line that is too long is passed over.
    private var isSkipping = false
    /// The header as it stands in the file; empty before it was read.
    public private(set) var headerText: [UInt8] = []
    private var line = 1
    private var header: Header?
    private var numbers: [String: Int] = [:]
    private var lastMeter: (bytes: [UInt8], number: Int) = ([], -1)
    private var lastDay: (digits: UInt64, rest: UInt16, start: Int64) = (0, 0, 0)

    /// - Parameters:
    ///   - name: what to call the file in messages.
    ///   - mostLines: how many lines one `Lines` has at most.
    public init(named name: String, mostLines: Int) {
        precondition(mostLines > 0, "lines are passed on some at a time")
        self.name = name
        self.mostLines = mostLines
    }

    /// Takes the next bytes of the file.
    ///
    /// - Parameters:
    ///   - piece: of any length; a line may go on in the next piece.
    ///   - isLast: whether the file ends with it.
    /// - Returns: the lines that are whole now. A file without the columns gives one bad row and no others.
    public mutating func scan(_ piece: [UInt8], isLast: Bool) -> [Lines] {
        var bytes = carried
        bytes.append(contentsOf: piece)
        if isSkipping, !skip(&bytes, isLast: isLast) { return [] }
        var found: [Lines] = []
        var position = line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        bytes.withUnsafeBytes { bytes in
            while let lines = nextLines(bytes, &position, isLast: isLast) { found.append(lines) }
        }
        carried = Array(bytes[position...])
        return found
    }

    /// At most `mostLines` rows from `position` on; nil when no whole row is left.
    private mutating func nextLines(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, isLast: Bool)
        -> Lines?
    {
        let (start, firstLine) = (position, line)
        var rows: [Row] = []
        var rejections: [Rejection] = []
        rows.reserveCapacity(mostLines)
        while line - firstLine < mostLines, position < bytes.count {
            let shape = RowShape(
                bytes,
                from: position,
                isLast: isLast,
                longest: ReadingsScanner.longestRow
            )
            guard let shape else {
                rejections += giveUp(bytes, &position)
                break
            }
            defer {
                position = shape.end
                line += shape.lineCount
            }
            guard let header else {
                rejections += begin(bytes, shape)
                continue
            }
            guard header.isUsable, !shape.isEmpty else { continue }
            if let offset = shape.unclosedLine {
                rejections.append(unclosed(bytes, shape, line + offset))
                continue
            }
            if let row = quickRow(bytes, shape, header) {
                rows.append(row)
            } else {
                carefulRow(bytes, shape, header, &rows, &rejections)
            }
        }
        guard position > start else { return nil }
        return Lines(
            numbers: firstLine...max(firstLine, line - 1),
            text: Array(bytes[start..<position]),
            rows: rows,
            rejections: rejections
        )
    }

    private func unclosed(_ bytes: UnsafeRawBufferPointer, _ shape: RowShape, _ line: Int) -> Rejection {
        let row = String(decoding: bytes[shape.start..<shape.end], as: UTF8.self)
        return Rejection(
            place: "\(name):\(line)",
            field: "row",
            expected: "a closing quote within \(ReadingsScanner.longestRow) bytes",
            found: String(row.prefix { !$0.isNewline }.prefix(120))
        )
    }

    /// Passes over a line that is too long for any row; nothing where the next piece may end it.
    private mutating func giveUp(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> [Rejection] {
        guard bytes.count - position > ReadingsScanner.longestRow else { return [] }
        let rejection = Rejection(
            place: "\(name):\(line)",
            field: "row",
            expected: "at most \(ReadingsScanner.longestRow) bytes",
            found: "more"
        )
        position = bytes.count
        line += 1
        isSkipping = true
        return [rejection]
    }

    /// Drops what is left of a line that is too long.
    ///
    /// - Returns: whether the line has ended.
    private mutating func skip(_ bytes: inout [UInt8], isLast: Bool) -> Bool {
        guard let end = bytes.firstIndex(where: { $0 == 10 || $0 == 13 }) else {
            carried = []
            return false
        }
        // Whether a line feed belongs to a carriage return at the end, the next piece has to tell.
        guard bytes[end] == 10 || end + 1 < bytes.count || isLast else {
            carried = [13]
            return false
        }
        let isPair = bytes[end] == 13 && end + 1 < bytes.count && bytes[end + 1] == 10
        bytes.removeFirst(end + (isPair ? 2 : 1))
        isSkipping = false
        return true
    }

    private mutating func begin(_ bytes: UnsafeRawBufferPointer, _ shape: RowShape) -> [Rejection] {
        headerText = Array(bytes[shape.start..<shape.end])
        let text = DelimitedText(headerText, named: name)
        let missing = text.missing(ReadingsText.columns)
        header = Header(text, isUsable: missing.isEmpty)
        return missing
    }

    /// A row in any form, or its reasons.
    private mutating func carefulRow(
        _ bytes: UnsafeRawBufferPointer,
        _ shape: RowShape,
        _ header: Header,
        _ rows: inout [Row],
        _ rejections: inout [Rejection]
    ) {
        var scanner = DelimitedScanner(Array(bytes[shape.start..<shape.end]), firstLine: line)
        guard let cells = scanner.nextRow() else { return }
        var reader = RowReader(header.text)
        let row = ReadingsText.row(cells, &reader)
        let origin = row != nil && header.isFull ? reader.origin() : nil
        rejections += reader.rejections
        guard let row, origin != nil || !header.isFull else { return }
        rows.append(
            Row(
                line: row.line,
                meter: number(of: row.meter.rawValue),
                at: row.at,
                index: row.index,
                quality: row.quality,
                receivedAt: row.receivedAt,
                origin: origin
            )
        )
    }

    private mutating func number(of meter: String) -> Int {
        if let number = numbers[meter] { return number }
        meters.append(Meter.ID(meter))
        numbers[meter] = meters.count - 1
        return meters.count - 1
    }

    private struct Header {
        let text: DelimitedText
        let isUsable: Bool
        let meter: Int
        let at: Int
        let index: Int
        let received: Int
        let status: Int
        /// Whether it is the file of a full export.
        let isFull: Bool

        init(_ text: DelimitedText, isUsable: Bool) {
            self.text = text
            self.isUsable = isUsable
            // Of two columns with one name the first counts.
            meter = text.column("meter_id") ?? -1
            at = text.column("timestamp") ?? -1
            index = text.column("index_l") ?? -1
            received = text.column("received_at") ?? -1
            status = text.column("status") ?? -1
            isFull = ReadingOrigin.columns.allSatisfy { text.column($0) != nil }
        }
    }
}

// Rows as machines write them.
extension ReadingsScanner {
    private mutating func quickRow(_ bytes: UnsafeRawBufferPointer, _ shape: RowShape, _ header: Header)
        -> Row?
    {
        guard !header.isFull, !shape.isUnusual, shape.count == header.text.header.count,
            let at = instant(bytes, shape.cell(header.at)),
            let index = litres(bytes, shape.cell(header.index)),
            let meter = meter(bytes, shape.cell(header.meter))
        else { return nil }
        var receivedAt = at
        if header.received >= 0, !shape.cell(header.received).isEmpty {
            guard let instant = instant(bytes, shape.cell(header.received)) else { return nil }
            receivedAt = instant
        }
        return Row(
            line: line,
            meter: meter,
            at: at,
            index: .litres(index),
            quality: header.status < 0 ? .measured : quality(bytes, shape.cell(header.status)),
            receivedAt: receivedAt,
            origin: nil
        )
    }

    private func quality(_ bytes: UnsafeRawBufferPointer, _ cell: Range<Int>) -> ReadingQuality {
        // No word that says anything is so short, and nearly all cells are.
        cell.count < 7 ? .measured : ReadingQuality(word: String(decoding: bytes[cell], as: UTF8.self))
    }

    private mutating func meter(_ bytes: UnsafeRawBufferPointer, _ cell: Range<Int>) -> Int? {
        guard !cell.isEmpty else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: bytes[cell])
        if lastMeter.bytes.count == name.count, lastMeter.bytes.elementsEqual(name) {
            return lastMeter.number
        }
        let number = number(of: String(decoding: name, as: UTF8.self))
        lastMeter = (Array(name), number)
        return number
    }

    /// 1 to 12 digits and nothing else.
    private func litres(_ bytes: UnsafeRawBufferPointer, _ cell: Range<Int>) -> Int64? {
        guard (1...12).contains(cell.count) else { return nil }
        var value: Int64 = 0
        for byte in bytes[cell] {
            guard byte >= 48, byte <= 57 else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        return value
    }

    /// `2025-04-01T01:00:00+09:00`, whose day was most often that of the row before.
    private mutating func instant(_ bytes: UnsafeRawBufferPointer, _ cell: Range<Int>) -> Instant? {
        guard cell.count == 25 else { return nil }
        let start = cell.lowerBound
        let digits = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        let rest = bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt16.self)
        if digits != lastDay.digits || rest != lastDay.rest {
            let text = String(decoding: bytes[start..<start + 10], as: UTF8.self)
            guard let day = LocalDay(text) else { return nil }
            lastDay = (digits, rest, day.start.secondsSince1970)
        }
        guard bytes[start + 10] == UInt8(ascii: "T"), bytes[start + 13] == UInt8(ascii: ":"),
            bytes[start + 16] == UInt8(ascii: ":"), isJapan(bytes, start + 19),
            let hour = twoDigits(bytes, start + 11), let minute = twoDigits(bytes, start + 14),
            let second = twoDigits(bytes, start + 17), hour < 24, minute < 60, second < 60
        else { return nil }
        return Instant(secondsSince1970: lastDay.start + hour * 3_600 + minute * 60 + second)
    }

    private func isJapan(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        bytes[start] == UInt8(ascii: "+") && bytes[start + 1] == UInt8(ascii: "0")
            && bytes[start + 2] == UInt8(ascii: "9")
            && bytes[start + 3] == UInt8(ascii: ":") && bytes[start + 4] == UInt8(ascii: "0")
            && bytes[start + 5] == UInt8(ascii: "0")
    }

    private func twoDigits(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int64? {
        let (tens, ones) = (bytes[start], bytes[start + 1])
        guard tens >= 48, tens <= 57, ones >= 48, ones <= 57 else { return nil }
        return Int64(tens - 48) * 10 + Int64(ones - 48)
    }
}
