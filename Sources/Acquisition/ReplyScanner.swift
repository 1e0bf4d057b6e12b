import Decoding

/// Looks for the answer to one question in whatever comes over the line.
///
/// Bytes come in pieces, behind noise, behind frames of other units or late ones. A frame counts only with its right
/// checksum; the answer is the frame with the asked unit, function and length. What lies before it is noted as strays. Two
/// answers that differ are none: nobody could say which of them is the late one.
struct ReplyScanner {
    enum Outcome: Equatable {
        case incomplete
        case answer(frame: [UInt8], data: [UInt8])
        case exception(UInt8, frame: [UInt8])
        /// Two answers that contradict each other.
        case contradiction
    }

    /// More than any frame and the noise around it; beyond it the line babbles.
    static let mostBytes = 2_048

    private let request: ReadRequest
    private let unit: UInt8
    private let envelope: Frame.Envelope
    private(set) var bytes: [UInt8] = []

    init(_ request: ReadRequest, of unit: UInt8, in envelope: Frame.Envelope) {
        self.request = request
        self.unit = unit
        self.envelope = envelope
    }

    mutating func take(_ more: [UInt8]) {
        bytes += more
    }

    /// What the bytes so far come to.
    var outcome: Outcome {
        var found: Outcome = .incomplete
        for frame in frames {
            switch (reading(of: frame), found) {
            case (.incomplete, _): continue
            case (let first, .incomplete): found = first
            case (.answer(_, let data), .answer(_, let known)) where data == known: continue
            default: return .contradiction
            }
        }
        return found
    }

    /// How many frames or pieces came that are no answer to the question.
    var strayCount: Int {
        var count = 0
        var end = 0
        for (range, frame) in zip(ranges, frames) {
            if range.lowerBound > end { count += 1 }
            end = range.upperBound
            if case .incomplete = reading(of: frame) { count += 1 }
        }
        return count + (end < bytes.count ? 1 : 0)
    }

    /// Whether anything came that is no whole frame.
    var hasFragments: Bool { ranges.reduce(0) { $0 + $1.count } < bytes.count }

    private func reading(of frame: [UInt8]) -> Outcome {
        do throws(BusError) {
            let data = try Frame.data(of: frame, answering: request, unit: unit, in: envelope)
            return .answer(frame: frame, data: data)
        } catch {
            if case .exception(let code) = error.code { return .exception(code, frame: frame) }
            return .incomplete
        }
    }

    private var frames: [[UInt8]] { ranges.map { Array(bytes[$0]) } }

    private var ranges: [Range<Int>] {
        envelope == .rtu ? FrameRanges.rtu(in: bytes) : FrameRanges.tcp(in: bytes)
    }
}

/// Where whole frames lie among bytes.
enum FrameRanges {
    /// The shortest: unit, function with its error bit, code, checksum.
    private static let shortest = 5

    /// Frames with a right checksum, none over another; between them lies noise.
    static func rtu(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start + shortest <= bytes.count {
            let frame = lengths(at: start, in: bytes)
                .map { start..<start + $0 }
                .first { $0.upperBound <= bytes.count && isWhole(bytes[$0]) }
            if let frame { ranges.append(frame) }
            start = frame?.upperBound ?? start + 1
        }
        return ranges
    }

    /// How long a frame that begins here could be: an answer by its byte count, an exception, a request or an echo.
    private static func lengths(at start: Int, in bytes: [UInt8]) -> [Int] {
        let function = bytes[start + 1]
        if function & 0x80 != 0 { return [shortest] }
        return (1...4).contains(function) ? [shortest + Int(bytes[start + 2]), 8] : [8]
    }

    private static func isWhole(_ frame: ArraySlice<UInt8>) -> Bool {
        RTUChecksum.of(frame.dropLast(2)) == Array(frame.suffix(2))
    }

    /// Frames behind each other, each as long as its header says; a header that is none ends the search.
    static func tcp(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start + 8 <= bytes.count {
            let length = Int(bytes[start + 4]) << 8 | Int(bytes[start + 5])
            guard bytes[start + 2] == 0, bytes[start + 3] == 0, (3...254).contains(length),
                start + 6 + length <= bytes.count
            else { break }
            ranges.append(start..<start + 6 + length)
            start += 6 + length
        }
        return ranges
    }
}
