/// Whole numbers of one kind, packed: what is regular takes almost nothing.
///
/// A column is a mode, the length of its payload, and the payload. Mode 0 is one number after the other; mode 1 is
/// pairs of a number and how often it stands there in a row. The shorter of the two is written. Numbers are zigzag
/// varints (as in Protocol Buffers: 0, -1, 1, -2 are 0, 1, 2, 3; seven bits a byte, the lowest first).
///
/// 744 hourly instants, as second differences (first instant, first difference, then zeros): 9 bytes or so.
enum IntegerColumn {
    private static let plain: UInt8 = 0
    private static let runs: UInt8 = 1

    static func append(_ values: [Int64], to bytes: inout [UInt8]) {
        var (plainSize, runsSize) = (0, 0)
        forEachRun(of: values) { value, count in
            let size = self.size(zigzag(value))
            plainSize += size * count
            runsSize += size + self.size(UInt64(count))
        }
        bytes.append(runsSize < plainSize ? runs : plain)
        append(UInt64(min(plainSize, runsSize)), to: &bytes)
        if runsSize < plainSize {
            forEachRun(of: values) { value, count in
                append(zigzag(value), to: &bytes)
                append(UInt64(count), to: &bytes)
            }
        } else {
            for value in values { append(zigzag(value), to: &bytes) }
        }
    }

    private static func forEachRun(of values: [Int64], _ body: (Int64, Int) -> Void) {
        var start = 0
        while start < values.count {
            var end = start + 1
            while end < values.count, values[end] == values[start] { end += 1 }
            body(values[start], end - start)
            start = end
        }
    }

    /// The differences between neighbours; the first value stays.
    static func differences(_ values: [Int64]) -> [Int64] {
        var previous: Int64 = 0
        return values.map { value in
            defer { previous = value }
            return value &- previous
        }
    }

    /// Undoes `differences`.
    static func sums(_ values: inout [Int64]) {
        var sum: Int64 = 0
        for index in values.indices {
            sum &+= values[index]
            values[index] = sum
        }
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func size(_ value: UInt64) -> Int {
        max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    }

    private static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    /// Reads columns one after the other; every read is bounded by what is there.
    struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private var position = 0

        /// The bytes end before the column does, or name more values than were announced.
        struct Broken: Error {}

        init(_ bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { position == bytes.count }

        mutating func byte() throws(Broken) -> UInt8 {
            guard position < bytes.count else { throw Broken() }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func number() throws(Broken) -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while shift < 64 {
                let byte = try byte()
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw Broken()
        }

        private mutating func signed() throws(Broken) -> Int64 {
            let value = try number()
            return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
        }

        /// The first values of a column; the reader stands behind the column then.
        ///
        /// - Parameters:
        ///   - count: how many values the column has.
        ///   - wanted: how many of them are read; all when there are fewer.
        /// - Returns: the first `wanted` values.
        /// - Throws: when the column is not what `append` writes for so many.
        mutating func column(of count: Int, first wanted: Int = .max) throws(Broken) -> [Int64] {
            let mode = try byte()
            let length = try number()
            guard length <= UInt64(bytes.count - position) else { throw Broken() }
            let end = position + Int(length)
            let limit = min(count, wanted)
            var values: [Int64] = []
            values.reserveCapacity(limit)
            while values.count < limit {
                let value = try signed()
                let repeats = mode == IntegerColumn.runs ? try number() : 1
                guard repeats >= 1, repeats <= UInt64(count - values.count) else { throw Broken() }
                if repeats == 1 {
                    values.append(value)
                } else {
                    values.append(
                        contentsOf: repeatElement(value, count: min(Int(repeats), limit - values.count))
                    )
                }
            }
            guard limit < count ? position <= end : position == end else { throw Broken() }
            position = end
            return values
        }
    }
}
