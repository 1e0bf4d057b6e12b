import Metering

/// The readings of one point and one calendar month, packed into one row: 1 to 7 bytes a reading instead of 30.
///
/// Every reading keeps its revision, its capture and when it was stored, so that what can be asked of rows can be asked
/// of blocks. The layout: a version, the count, then columns (`IntegerColumn`) of instants (second differences),
/// revisions, indexes (their greatest common divisor, then differences of the quotients), qualities, status bits,
/// captures and storing instants (second differences), and a fingerprint of all that, so that damage is seen.
struct ReadingBlock {
    static let version: UInt8 = 1

    /// In order of instant and revision, no key twice.
    let readings: [StoredReading]

    /// - Parameter readings: in order of instant and revision, no key twice.
    init(_ readings: [StoredReading]) {
        self.readings = readings
    }

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = [ReadingBlock.version]
        bytes.reserveCapacity(readings.count * 3 + 64)
        IntegerColumn.append(UInt64(readings.count), to: &bytes)
        let scale = ReadingBlock.commonDivisor(readings)
        IntegerColumn.append(UInt64(scale), to: &bytes)
        let (once, twice) = (
            IntegerColumn.differences, { IntegerColumn.differences(IntegerColumn.differences($0)) }
        )
        IntegerColumn.append(twice(readings.map(\.at)), to: &bytes)
        IntegerColumn.append(readings.map(\.revision), to: &bytes)
        IntegerColumn.append(once(readings.map { $0.index / scale }), to: &bytes)
        IntegerColumn.append(readings.map(\.quality), to: &bytes)
        IntegerColumn.append(readings.map(\.status), to: &bytes)
        IntegerColumn.append(twice(readings.map(\.capture)), to: &bytes)
        IntegerColumn.append(twice(readings.map(\.stored)), to: &bytes)
        let print = Fingerprint(of: bytes).value
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: print >> UInt64(shift)))
        }
        return bytes
    }

    private static func commonDivisor(_ readings: [StoredReading]) -> Int64 {
        var divisor: Int64 = 0
        for reading in readings {
            var (a, b) = (divisor, reading.index)
            while b != 0 { (a, b) = (b, a % b) }
            divisor = a
            if divisor == 1 { break }
        }
        return max(divisor, 1)
    }
}

extension ReadingBlock {
    /// Reads a block back, or the part of it that a span asks for.
    ///
    /// What comes after the span is not unpacked: a month's question ends at the first instant of the next one.
    ///
    /// - Parameters:
    ///   - bytes: a whole block, as `encoded` wrote it.
    ///   - span: instants in UTC seconds; all by default.
    /// - Throws: `.damaged` when the bytes are not what was written.
    init(decoding bytes: UnsafeRawBufferPointer, in span: Range<Int64>? = nil) throws(StoreError) {
        guard bytes.count > 8, ReadingBlock.isWhole(bytes) else {
            throw StoreError(.damaged, "a block of sealed readings is not what was written")
        }
        do throws(IntegerColumn.Reader.Broken) {
            readings = try ReadingBlock.columns(UnsafeRawBufferPointer(rebasing: bytes.dropLast(8)), in: span)
        } catch {
            throw StoreError(.damaged, "a block of sealed readings can't be read")
        }
    }

    private static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let stored = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        return Fingerprint(of: UnsafeRawBufferPointer(rebasing: bytes.dropLast(8))).value
            == UInt64(littleEndian: stored)
    }

    private static func columns(_ bytes: UnsafeRawBufferPointer, in span: Range<Int64>?)
        throws(IntegerColumn.Reader.Broken) -> [StoredReading]
    {
        var reader = IntegerColumn.Reader(bytes)
        guard try reader.byte() == version else { throw IntegerColumn.Reader.Broken() }
        // A month has fewer seconds, and a revision or two of each.
        guard let count = Int(exactly: try reader.number()), count <= 1 << 24,
            let scale = Int64(exactly: try reader.number())
        else { throw IntegerColumn.Reader.Broken() }
        let ats = try reader.sums(of: count, twice: true)
        let places = span.map { ats.places(in: $0) } ?? ats.indices
        let end = places.upperBound
        let revisions = try reader.column(of: count, first: end)
        let indexes = try reader.sums(of: count, first: end)
        let qualities = try reader.column(of: count, first: end)
        let statuses = try reader.column(of: count, first: end)
        let captures = try reader.sums(of: count, first: end, twice: true)
        let storeds = try reader.sums(of: count, first: end, twice: true)
        guard reader.isAtEnd else { throw IntegerColumn.Reader.Broken() }
        return places.map { place in
            StoredReading(
                at: ats[place],
                revision: revisions[place],
                index: indexes[place] &* scale,
                quality: qualities[place],
                status: statuses[place],
                capture: captures[place],
                stored: storeds[place]
            )
        }
    }
}

extension IntegerColumn.Reader {
    /// A column that was written as differences, or as differences of differences.
    fileprivate mutating func sums(of count: Int, first wanted: Int = .max, twice: Bool = false)
        throws(IntegerColumn.Reader.Broken) -> [Int64]
    {
        var values = try column(of: count, first: wanted)
        IntegerColumn.sums(&values)
        if twice { IntegerColumn.sums(&values) }
        return values
    }
}

extension [Int64] {
    /// Where the values of a span stand; they are in order.
    fileprivate func places(in span: Range<Int64>) -> Range<Int> {
        let start = firstIndex { $0 >= span.lowerBound } ?? endIndex
        let end = self[start...].firstIndex { $0 >= span.upperBound } ?? endIndex
        return start..<end
    }
}
