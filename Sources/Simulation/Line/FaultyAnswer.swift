import Acquisition
import Decoding

/// The frames that go over the line in place of a right answer, and when.
struct FaultyAnswer {
    /// A late answer comes so many milliseconds after the request: behind time-outs of a second.
    private static let lateMilliseconds = 1_150...2_600
    /// A second copy comes at once, or after up to so many milliseconds.
    private static let copyMilliseconds = 2_600

    /// Frames with the milliseconds after which they come.
    private(set) var frames: [(after: Int, bytes: [UInt8])] = []

    init(_ fate: AnswerFate, to request: RTURequest, from block: RegisterBlock, _ random: inout SeededRandom)
    {
        let right = RTUFrame.answer(from: request.unit, request, block)
        switch fate {
        case .intact: frames = [(0, right)]
        case .damaged: frames = [(0, FaultyAnswer.damaged(right, &random))]
        case .foreign: frames = [(0, RTUFrame.answer(from: request.unit % 247 + 1, request, block))]
        case .late: frames = [(random.integer(in: FaultyAnswer.lateMilliseconds), right)]
        case .duplicated:
            let isAtOnce = random.integer(in: 0...1) == 0
            frames = [
                (0, right), (isAtOnce ? 0 : random.integer(in: 1...FaultyAnswer.copyMilliseconds), right),
            ]
        case .truncated: frames = [(0, Array(right.prefix(random.integer(in: 1...right.count - 1))))]
        case .misfit: frames = [(0, FaultyAnswer.misfit(right, isBits: block.function.readsBits))]
        case .noisy:
            let noise = (0..<random.integer(in: 1...8)).map { _ in UInt8(random.integer(in: 0...255)) }
            frames = [(0, noise + right)]
        case .scrambled:
            let data = right.dropFirst(3).dropLast(2).map { _ in UInt8(random.integer(in: 0...255)) }
            frames = [(0, Array(right.prefix(3)) + data + right.suffix(2))]
        case .lost, .silent, .asleep: return
        }
    }

    /// One to three flipped bits, or a burst of up to 16 whose ends are flipped: what CRC-16 finds without fail.
    private static func damaged(_ frame: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bits: Set<Int> = []
        let last = frame.count * 8 - 1
        if random.integer(in: 0...1) == 0 {
            let count = random.integer(in: 1...3)
            while bits.count < count { bits.insert(random.integer(in: 0...last)) }
        } else {
            let length = random.integer(in: 2...16)
            let start = random.integer(in: 0...last - length + 1)
            bits = [start, start + length - 1]
            for bit in start + 1..<start + length - 1 where random.integer(in: 0...1) == 0 {
                bits.insert(bit)
            }
        }
        var spoilt = frame
        // Bits in the order in which they go over the wire: the lowest of each byte first.
        for bit in bits { spoilt[bit / 8] ^= 1 << UInt8(bit % 8) }
        return spoilt
    }

    /// A register more than asked.
    private static func misfit(_ frame: [UInt8], isBits: Bool) -> [UInt8] {
        let extra: [UInt8] = isBits ? [0] : [0, 0]
        return RTUFrame.closed(
            [frame[0], frame[1], frame[2] &+ UInt8(extra.count)] + frame[3..<frame.count - 2] + extra
        )
    }
}
