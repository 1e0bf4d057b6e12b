import Acquisition
import Decoding

/// The question of most tests, and frames that do or don't answer it.
enum Frames {
    static let unit: UInt8 = 7
    static let request = ReadRequest(function: .holdingRegisters, address: 0, count: 2)
    /// Another question whose right answer has the same length.
    static let otherRequest = ReadRequest(function: .holdingRegisters, address: 100, count: 2)

    static var rtuRequest: [UInt8] { Frame.rtuRequest(request, unit: unit) }

    static func rtu(_ body: [UInt8]) -> [UInt8] {
        body + RTUChecksum.of(body)
    }

    static func tcp(_ body: [UInt8], transaction: UInt8 = 0) -> [UInt8] {
        [0, transaction, 0, 0, 0, UInt8(body.count)] + body
    }

    static func body(_ data: [UInt8], unit: UInt8 = unit, function: UInt8 = 3) -> [UInt8] {
        [unit, function, UInt8(data.count)] + data
    }

    /// A right answer with this data.
    static func answer(_ data: [UInt8]) -> [UInt8] {
        rtu(body(data))
    }

    static func damaged(_ frame: [UInt8]) -> [UInt8] {
        frame.dropLast() + [frame[frame.count - 1] ^ 1]
    }
}
