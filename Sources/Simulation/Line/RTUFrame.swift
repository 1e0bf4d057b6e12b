import Decoding

/// A Modbus RTU request as it came over the wire.
struct RTURequest {
    /// The whole frame with its checksum.
    let bytes: [UInt8]

    var unit: UInt8 { bytes[0] }

    /// What is read; nil when the function is no reading one.
    var function: ReadFunction? { ReadFunction(rawValue: bytes[1]) }

    var start: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

    var count: Int { Int(bytes[4]) << 8 | Int(bytes[5]) }

    var addresses: Range<Int> { start..<start + count }

    /// Takes the first whole frame off `buffer`; nil while it is incomplete.
    ///
    /// Functions 15 and 16 say in their seventh byte how many bytes follow; all others that a master sends have 8.
    static func take(from buffer: inout [UInt8]) -> [UInt8]? {
        guard buffer.count >= 8 else { return nil }
        let length = buffer[1] == 15 || buffer[1] == 16 ? 9 + Int(buffer[6]) : 8
        guard buffer.count >= length else { return nil }
        defer { buffer.removeFirst(length) }
        return Array(buffer.prefix(length))
    }

    /// Nil when the checksum is wrong.
    init?(_ frame: [UInt8]) {
        guard frame.count >= 8, RTUFrame.isIntact(frame) else { return nil }
        bytes = frame
    }
}

/// Frames that a libmodbus slave would never send: wrong ones, and right ones at the wrong time.
enum RTUFrame {
    /// A right answer of `unit` to a read, with the checksum.
    static func answer(from unit: UInt8, _ request: RTURequest, _ block: RegisterBlock) -> [UInt8] {
        let values = request.addresses.map { block[$0] }
        let data =
            block.function.readsBits
            ? packed(values) : values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return closed([unit, block.function.rawValue, UInt8(data.count)] + data)
    }

    /// The frame with its checksum, low byte first.
    static func closed(_ body: [UInt8]) -> [UInt8] {
        let sum = checksum(body)
        return body + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
    }

    static func isIntact(_ frame: [UInt8]) -> Bool {
        frame == closed(Array(frame.dropLast(2)))
    }

    /// CRC-16/MODBUS.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        bytes.reduce(0xFFFF) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1
            }
        }
    }

    private static func packed(_ bits: [UInt16]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { first in
            bits[first..<min(first + 8, bits.count)].reversed().reduce(UInt8(0)) { $0 << 1 | UInt8($1 & 1) }
        }
    }
}
