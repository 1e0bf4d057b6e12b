import Testing

@testable import Simulation

struct SeededRandomTests {
    @Test func `the numbers of a seed and a stream are the same for ever`() {
        var random = SeededRandom(seed: 1, stream: "S-00017/2026-05-03")
        let drawn = (0..<4).map { _ in random.next() }
        #expect(drawn == SeededRandomTests.known)
    }

    /// Computed once by a separate program of the same definition.
    private static let known: [UInt64] = [
        0x91AB452FCED107C8, 0xBDA8962BD9D7A7D4, 0xFFB970CD90510F46, 0x074823B041AFAA4C,
    ]

    @Test func `another seed or another stream gives other numbers`() {
        var one = SeededRandom(seed: 1, stream: "a")
        var other = SeededRandom(seed: 2, stream: "a")
        var third = SeededRandom(seed: 1, stream: "b")
        let first = one.next()
        #expect(first != other.next())
        #expect(first != third.next())
    }

    @Test func `whole numbers reach both ends of their range and nothing beyond`() {
        var random = SeededRandom(seed: 7, stream: "range")
        let drawn = (0..<2_000).map { _ in random.integer(in: 3...9) }
        #expect(Set(drawn) == Set(3...9))
    }

    @Test func `shuffling keeps every element`() {
        var random = SeededRandom(seed: 7, stream: "shuffle")
        let shuffled = random.shuffled(Array(0..<50))
        #expect(shuffled != Array(0..<50))
        #expect(shuffled.sorted() == Array(0..<50))
    }
}
