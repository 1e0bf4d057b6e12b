import Decoding
import Testing

@testable import Acquisition

struct ReplyScannerTests {
    private let answer = Frames.answer([0, 1, 2, 3])

    private func outcome(_ pieces: [[UInt8]]) -> ReplyScanner.Outcome {
        var scanner = ReplyScanner(Frames.request, of: Frames.unit, in: .rtu)
        for piece in pieces { scanner.take(piece) }
        return scanner.outcome
    }

    private func strays(_ bytes: [UInt8]) -> Int {
        var scanner = ReplyScanner(Frames.request, of: Frames.unit, in: .rtu)
        scanner.take(bytes)
        return scanner.strayCount
    }

    @Test func `an answer is found whole, in pieces, behind noise and behind strangers`() {
        let right = ReplyScanner.Outcome.answer(frame: answer, data: [0, 1, 2, 3])
        let stranger = Frames.rtu(Frames.body([9, 9, 9, 9], unit: 8))
        #expect(outcome([answer]) == right)
        #expect(outcome(answer.map { [$0] }) == right)
        #expect(outcome([[0xFF, 0x00, Frames.unit], answer]) == right)
        #expect(outcome([stranger, answer, stranger]) == right)
        #expect(outcome([answer, answer]) == right, "said twice is said once")
        #expect(outcome([Array(answer.dropLast())]) == .incomplete)
        #expect(outcome([stranger]) == .incomplete)
    }

    @Test func `two answers that differ are none`() {
        #expect(outcome([answer, Frames.answer([0, 1, 2, 4])]) == .contradiction)
        #expect(outcome([answer, Frames.rtu([Frames.unit, 0x83, 2])]) == .contradiction)
    }

    @Test func `pieces that answer nothing are counted`() {
        let stranger = Frames.rtu(Frames.body([9, 9, 9, 9], unit: 8))
        #expect(strays(answer) == 0)
        #expect(strays([1, 2, 3] + answer) == 1)
        #expect(strays(stranger + answer + [7]) == 2)
        #expect(strays([7]) == 1)
        #expect(strays(Frames.rtuRequest + answer) == 1, "an echo")
    }

    @Test func `one to three flipped bits and bursts of up to sixteen never pass`() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0 ... .max, using: &generator)
        var random = Lehmer(seed: seed)
        for _ in 0..<20_000 {
            var frame = answer
            let start = random.below(frame.count * 8 - 16)
            let bits: [Int] =
                random.below(2) == 0
                ? (0...random.below(3)).map { _ in random.below(frame.count * 8) }
                : [start, start + 1 + random.below(15)]
                    + (0..<random.below(6)).map { _ in start + random.below(16) }
            for bit in Set(bits) { frame[bit / 8] ^= 1 << UInt8(bit % 8) }
            guard frame != answer else { continue }
            #expect(outcome([frame]) == .incomplete, "seed \(seed): \(frame)")
        }
    }

    @Test func `over TCP the transaction tells answers apart`() {
        let old = Frames.tcp(Frames.body([9, 9, 9, 9]), transaction: 4)
        let new = Frames.tcp(Frames.body([0, 1, 2, 3]), transaction: 5)
        var scanner = ReplyScanner(Frames.request, of: Frames.unit, in: .tcp(5))
        scanner.take(old)
        #expect(scanner.outcome == .incomplete)
        #expect(!scanner.hasFragments)
        scanner.take(Array(new.prefix(7)))
        #expect(scanner.hasFragments)
        scanner.take(Array(new.dropFirst(7)))
        #expect(scanner.outcome == .answer(frame: new, data: [0, 1, 2, 3]))
    }
}

/// Small numbers from a printed seed (Lehmer's generator, multiplier 6364136223846793005).
struct Lehmer {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed | 1
    }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
}
