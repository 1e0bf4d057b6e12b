/// The four Modbus functions that read.
///
/// There is no other case, so that no write can be expressed anywhere in this program.
public enum ReadFunction: UInt8, Hashable, Sendable, CaseIterable {
    case coils = 1
    case discreteInputs = 2
    case holdingRegisters = 3
    case inputRegisters = 4

    /// Whether one item is a bit, not a register of 16 bits.
    public var readsBits: Bool { self == .coils || self == .discreteInputs }
}

/// One read of a unit: a function, a PDU address counted from 0, and how many items.
public struct ReadRequest: Hashable, Sendable {
    public let function: ReadFunction
    public let address: UInt16
    public let count: UInt16

    /// - Parameters:
    ///   - function: what is read.
    ///   - address: the first item, as it goes on the wire.
    ///   - count: 1...125 registers or 1...2,000 bits, within the 65,536 addresses (Modbus Application Protocol 1.1b3).
    public init(function: ReadFunction, address: UInt16, count: UInt16) {
        precondition(
            count >= 1 && Int(address) + Int(count) <= 65_536,
            "a read stays within the address space"
        )
        precondition(count <= (function.readsBits ? 2_000 : 125), "a reply has at most 250 data bytes")
        self.function = function
        self.address = address
        self.count = count
    }

    /// Function, address and count as they go on the wire; without unit and checksum.
    public var pdu: [UInt8] {
        [
            function.rawValue, UInt8(address >> 8), UInt8(address & 0xFF), UInt8(count >> 8),
            UInt8(count & 0xFF),
        ]
    }

    /// How many data bytes a right reply has after its byte count.
    public var replyByteCount: Int {
        function.readsBits ? (Int(count) + 7) / 8 : Int(count) * 2
    }

    public var addresses: Range<Int> { Int(address)..<Int(address) + Int(count) }
}
