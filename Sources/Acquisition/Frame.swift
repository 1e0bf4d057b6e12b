public import Decoding

/// The frames of Modbus, as far as a reader needs them.
public enum Frame {
    /// The CRC-16 of RTU frames (polynomial 0xA001 reflected, start 0xFFFF), low byte first on the wire.
    ///
    /// 01 03 00 00 00 0A has C5 CD (TUF-2000M manual, p. 40).
    public static func checksum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt16 = 0xFFFF
        for byte in bytes {
            value ^= UInt16(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xA001 : value >> 1 }
        }
        return [UInt8(value & 0xFF), UInt8(value >> 8)]
    }

    /// A request as it goes over a serial line.
    public static func rtuRequest(_ request: ReadRequest, unit: UInt8) -> [UInt8] {
        let body = [unit] + request.pdu
        return body + checksum(body)
    }

    /// A request as it goes over Modbus TCP, with the transaction number 0 that libmodbus gives raw requests.
    static func tcpRequest(_ request: ReadRequest, unit: UInt8) -> [UInt8] {
        tcpHeader(bodyCount: request.pdu.count + 1) + [unit] + request.pdu
    }

    /// Transaction, protocol and length, before the unit.
    private static func tcpHeader(bodyCount: Int) -> [UInt8] {
        [0, 0, 0, 0, UInt8(bodyCount >> 8), UInt8(bodyCount & 0xFF)]
    }

    private static let headerCount = 6

    /// Takes the data out of a reply, if it answers the request.
    ///
    /// - Parameters:
    ///   - frame: the whole frame, its checksum or header already checked.
    ///   - request: what was asked.
    ///   - unit: who was asked.
    ///   - isRTU: whether the frame has a checksum behind it instead of a header before it.
    /// - Returns: the bytes after the byte count.
    /// - Throws: `.exception` when the unit refused, `.mismatch` when this is no answer to the request.
    static func data(
        of frame: [UInt8],
        answering request: ReadRequest,
        unit: UInt8,
        isRTU: Bool
    ) throws(BusError) -> [UInt8] {
        let body = isRTU ? frame.dropLast(2) : frame.dropFirst(headerCount)
        guard isRTU || Array(frame.prefix(headerCount)) == tcpHeader(bodyCount: body.count) else {
            throw BusError(.mismatch, "an answer of \(frame.count) bytes under a foreign header")
        }
        guard body.count >= 3, body[body.startIndex] == unit else {
            throw BusError(.mismatch, "an answer of \(frame.count) bytes that is not from unit \(unit)")
        }
        let function = body[body.startIndex + 1]
        let third = body[body.startIndex + 2]
        if function == request.function.rawValue | 0x80, body.count == 3 {
            throw BusError(.exception(third), "unit \(unit) refused with exception \(third)")
        }
        guard function == request.function.rawValue else {
            throw BusError(
                .mismatch,
                "unit \(unit) answered function \(function), not \(request.function.rawValue)"
            )
        }
        guard Int(third) == request.replyByteCount, body.count == request.replyByteCount + 3 else {
            throw BusError(
                .mismatch,
                "unit \(unit) answered \(body.count - 3) data bytes where \(request.replyByteCount) were asked"
            )
        }
        return Array(body.dropFirst(3))
    }
}
