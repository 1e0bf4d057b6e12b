import Metering
import Seeds
import Testing

@testable import Storage

struct ReadingBlockTests {
    private static func readings(_ count: Int, seed: UInt64, regular: Bool) -> [StoredReading] {
        var generator = SeededGenerator(seed: seed)
        var at: Int64 = 1_790_000_000
        var index: Int64 = 123_456_000
        return (0..<count).map { step in
            at += regular ? 3_600 : Int64.random(in: 0...90_000, using: &generator)
            index +=
                regular
                ? Int64.random(in: 0...30, using: &generator) * 1_000
                : Int64.random(in: -999...99_999, using: &generator)
            return StoredReading(
                at: at,
                revision: regular ? 1 : Int64(step + 1),
                index: index,
                quality: regular ? 0 : Int64.random(in: 0...2, using: &generator),
                status: regular ? 0 : Int64.random(in: .min ... .max, using: &generator),
                capture: regular ? 17 : Int64.random(in: 1...1_000_000, using: &generator),
                stored: regular ? 1_795_000_000 : at + Int64.random(in: 0...9_999, using: &generator)
            )
        }
    }

    @Test(arguments: [1, 2, 3, 744, 5_000], [true, false])
    func `what is packed comes back as it was`(count: Int, regular: Bool) throws {
        let readings = ReadingBlockTests.readings(count, seed: UInt64(count), regular: regular)
        let bytes = ReadingBlock(readings).encoded()
        let back = try bytes.withUnsafeBytes { try ReadingBlock(decoding: $0).readings }
        #expect(back == readings)
    }

    @Test(arguments: [UInt64](1...20))
    func `a part of a block is what lies in the span`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let readings = ReadingBlockTests.readings(300, seed: seed, regular: seed % 2 == 0)
        let bytes = ReadingBlock(readings).encoded()
        let ends = readings.map(\.at) + [.min, .max, readings[0].at - 1, readings[299].at + 1]
        for _ in 0..<50 {
            let (a, b) = (
                ends.randomElement(using: &generator) ?? 0, ends.randomElement(using: &generator) ?? 0
            )
            let span = min(a, b)..<max(a, b)
            let part = try bytes.withUnsafeBytes { try ReadingBlock(decoding: $0, in: span).readings }
            #expect(part == readings.filter { span.contains($0.at) })
        }
    }

    @Test func `extreme numbers survive`() throws {
        let extremes = [Int64.min, -1, 0, 1, Int64.max].flatMap { number in
            [
                StoredReading(
                    at: number,
                    revision: 1,
                    index: .max,
                    quality: 2,
                    status: number,
                    capture: number,
                    stored: number
                )
            ]
        }
        let bytes = ReadingBlock(extremes).encoded()
        #expect(try bytes.withUnsafeBytes { try ReadingBlock(decoding: $0).readings } == extremes)
    }

    @Test func `a month of hours takes less than two bytes a reading`() {
        let bytes = ReadingBlock(ReadingBlockTests.readings(744, seed: 3, regular: true)).encoded()
        #expect(bytes.count < 2 * 744)
    }

    @Test func `any flipped bit and any cut is seen`() throws {
        let bytes = ReadingBlock(ReadingBlockTests.readings(40, seed: 4, regular: false)).encoded()
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= UInt8(1 << (place % 8))
            #expect(throws: StoreError.self) {
                try damaged.withUnsafeBytes { _ = try ReadingBlock(decoding: $0) }
            }
            let cut = Array(bytes.prefix(place))
            #expect(throws: StoreError.self) {
                try cut.withUnsafeBytes { _ = try ReadingBlock(decoding: $0) }
            }
        }
    }

    @Test func `bytes that nobody wrote never crash the reader`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            bytes.withUnsafeBytes { raw in
                var reader = IntegerColumn.Reader(raw)
                let count = Int.random(in: 0...100, using: &generator)
                let column = try? reader.column(of: count)
                #expect(column == nil || column?.count == count)
            }
        }
    }
}
