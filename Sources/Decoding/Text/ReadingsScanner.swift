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
    }

    /// One row of the file.
    public struct Row: Hashable, Sendable {
        public let line: Int
        /// A place in `meters`.
        public let meter: Int
        public let at: Instant
        /// Nil where the meter answered without a value.
        public let index: Volume?
        public let receivedAt: Instant
    }

    /// The meters that were named so far, in the order of their first rows.
    public private(set) var meters: [Meter.ID] = []

    private let name: String
    private let mostLines: Int
    private var carried: [UInt8] = []
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
            guard let shape = RowShape(bytes, from: position, isLast: isLast) else { break }
            defer {
                position = shape.end
                line += shape.lineCount
            }
            guard let header else {
                rejections += begin(bytes, shape)
                continue
            }
            guard header.isUsable, !shape.isEmpty else { continue }
            if let row = quickRow(bytes, shape, header) {
                rows.append(row)
            } else {
                carefulRow(bytes, shape, header, &rows, &rejections)
            }
        }
        guard position > start else { return nil }
        return Lines(
            numbers: firstLine...line - 1,
            text: Array(bytes[start..<position]),
            rows: rows,
            rejections: rejections
        )
    }

    private mutating func begin(_ bytes: UnsafeRawBufferPointer, _ shape: RowShape) -> [Rejection] {
        let text = DelimitedText(Array(bytes[shape.start..<shape.end]), named: name)
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
        rejections += reader.rejections
        guard let row else { return }
        rows.append(
            Row(
                line: row.line,
                meter: number(of: row.meter.rawValue),
                at: row.at,
                index: row.index,
                receivedAt: row.receivedAt
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

        init(_ text: DelimitedText, isUsable: Bool) {
            self.text = text
            self.isUsable = isUsable
            // Of two columns with one name the first counts.
            meter = text.column("meter_id") ?? -1
            at = text.column("timestamp") ?? -1
            index = text.column("index_l") ?? -1
            received = text.column("received_at") ?? -1
        }
    }
}

// Rows as machines write them.
extension ReadingsScanner {
    private mutating func quickRow(_ bytes: UnsafeRawBufferPointer, _ shape: RowShape, _ header: Header)
        -> Row?
    {
        guard !shape.isUnusual, shape.count == header.text.header.count,
            let at = instant(bytes, shape.cell(header.at)),
            let index = litres(bytes, shape.cell(header.index)),
            let meter = meter(bytes, shape.cell(header.meter))
        else { return nil }
        var receivedAt = at
        if header.received >= 0, !shape.cell(header.received).isEmpty {
            guard let instant = instant(bytes, shape.cell(header.received)) else { return nil }
            receivedAt = instant
        }
        return Row(line: line, meter: meter, at: at, index: .litres(index), receivedAt: receivedAt)
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
