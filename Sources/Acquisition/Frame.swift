public import Decoding

/// The frames of Modbus, as far as a reader needs them.
public enum Frame {
    /// A request as it goes over a serial line.
    public static func rtuRequest(_ request: ReadRequest, unit: UInt8) -> [UInt8] {
        let body = [unit] + request.pdu
        return body + RTUChecksum.of(body)
    }

    /// A request as it goes over Modbus TCP.
    static func tcpRequest(_ request: ReadRequest, unit: UInt8, transaction: UInt16) -> [UInt8] {
        tcpHeader(transaction, bodyCount: request.pdu.count + 1) + [unit] + request.pdu
    }

    /// Transaction, protocol and length, before the unit.
    private static func tcpHeader(_ transaction: UInt16, bodyCount: Int) -> [UInt8] {
        [
            UInt8(transaction >> 8), UInt8(transaction & 0xFF), 0, 0, UInt8(bodyCount >> 8),
            UInt8(bodyCount & 0xFF),
        ]
    }

    private static let headerCount = 6

    /// What goes around the body of a frame.
    enum Envelope: Hashable {
        /// A checksum behind it.
        case rtu
        /// A header with this transaction number before it.
        case tcp(UInt16)
    }

    /// Takes the data out of a reply, if it answers the request.
    ///
    /// - Parameters:
    ///   - frame: the whole frame, its checksum already checked.
    ///   - request: what was asked.
    ///   - unit: who was asked.
    ///   - envelope: what goes around the body.
    /// - Returns: the bytes after the byte count.
    /// - Throws: `.exception` when the unit refused, `.mismatch` when this is no answer to the request.
    static func data(
        of frame: [UInt8],
        answering request: ReadRequest,
        unit: UInt8,
        in envelope: Envelope
    ) throws(BusError) -> [UInt8] {
        let body = try body(of: frame, in: envelope)
        guard body.count >= 3, body[body.startIndex] == unit else {
            throw mismatch("an answer of \(frame.count) bytes that is not from unit \(unit)", frame)
        }
        let function = body[body.startIndex + 1]
        let third = body[body.startIndex + 2]
        if function == request.function.rawValue | 0x80, body.count == 3 {
            throw BusError(.exception(third), "unit \(unit) refused with exception \(third)", received: frame)
        }
        guard function == request.function.rawValue else {
            throw mismatch(
                "unit \(unit) answered function \(function), not \(request.function.rawValue)",
                frame
            )
        }
        guard Int(third) == request.replyByteCount, body.count == request.replyByteCount + 3 else {
            throw mismatch(
                "unit \(unit) answered \(body.count - 3) data bytes where \(request.replyByteCount) were asked",
                frame
            )
        }
        return Array(body.dropFirst(3))
    }

    private static func body(of frame: [UInt8], in envelope: Envelope) throws(BusError) -> ArraySlice<UInt8> {
        switch envelope {
        case .rtu: return frame.dropLast(2)
        case .tcp(let transaction):
            let body = frame.dropFirst(headerCount)
            guard Array(frame.prefix(headerCount)) == tcpHeader(transaction, bodyCount: body.count) else {
                throw mismatch("an answer of \(frame.count) bytes under a foreign header", frame)
            }
            return body
        }
    }

    private static func mismatch(_ message: String, _ frame: [UInt8]) -> BusError {
        BusError(.mismatch, message, received: frame)
    }

    /// What a request asks for, by its frame; nil for what is no read.
    static func read(_ frame: [UInt8]) -> (request: ReadRequest, isRTU: Bool)? {
        let isRTU = frame.count == 8 && RTUChecksum.of(frame.dropLast(2)) == Array(frame.suffix(2))
        let body = isRTU ? frame.dropLast(2) : frame.dropFirst(headerCount)
        guard body.count == 6, let function = ReadFunction(rawValue: body[body.startIndex + 1]) else {
            return nil
        }
        let start = body.startIndex
        let address = UInt16(body[start + 2]) << 8 | UInt16(body[start + 3])
        let count = UInt16(body[start + 4]) << 8 | UInt16(body[start + 5])
        guard count >= 1, count <= (function.readsBits ? 2_000 : 125), Int(address) + Int(count) <= 65_536
        else {
            return nil
        }
        return (ReadRequest(function: function, address: address, count: count), isRTU)
    }
}
