internal import CModbus
import Decoding
import Glibc

/// libmodbus as the slave: it makes the right answers and puts them on the line.
///
/// `modbus_receive` knows one unit only and swallows the frames of the others, so the request is read by the line, and
/// only the answer goes through the library.
struct ModbusResponder: ~Copyable {
    private let context: OpaquePointer

    /// - Parameter descriptor: our end of the pseudo-terminal; stays the caller's.
    /// - Throws: when libmodbus has no memory for it.
    init(descriptor: CInt) throws(SimulationError) {
        guard let context = modbus_new_rtu("/dev/null", 9_600, CChar(UInt8(ascii: "N")), 8, 1) else {
            throw SimulationError("could not make a Modbus slave", errno)
        }
        modbus_set_socket(context, descriptor)
        self.context = context
    }

    deinit {
        modbus_free(context)
    }

    /// Answers a read that lies inside `block`.
    func reply(to request: RTURequest, from block: RegisterBlock) {
        modbus_set_slave(context, CInt(request.unit))
        guard let mapping = mapping(of: block) else { return }
        defer { modbus_mapping_free(mapping) }
        request.bytes.withUnsafeBufferPointer { bytes in
            _ = modbus_reply(context, bytes.baseAddress, CInt(bytes.count - 2), mapping)
        }
    }

    func refuse(_ request: RTURequest, _ code: Refusal) {
        modbus_set_slave(context, CInt(request.unit))
        _ = request.bytes.withUnsafeBufferPointer { bytes in
            modbus_reply_exception(context, bytes.baseAddress, code.rawValue)
        }
    }

    enum Refusal: UInt32 {
        case illegalFunction = 1
        case illegalAddress = 2
        case illegalValue = 3
    }

    private func mapping(of block: RegisterBlock) -> UnsafeMutablePointer<modbus_mapping_t>? {
        let start = UInt32(block.start)
        let count = UInt32(block.values.count)
        let sizes = ReadFunction.allCases.map { $0 == block.function ? count : 0 }
        let made = modbus_mapping_new_start_address(
            start,
            sizes[0],
            start,
            sizes[1],
            start,
            sizes[2],
            start,
            sizes[3]
        )
        guard let made else { return nil }
        for (index, value) in block.values.enumerated() {
            switch block.function {
            case .coils: made.pointee.tab_bits[index] = UInt8(value)
            case .discreteInputs: made.pointee.tab_input_bits[index] = UInt8(value)
            case .holdingRegisters: made.pointee.tab_registers[index] = value
            case .inputRegisters: made.pointee.tab_input_registers[index] = value
            }
        }
        return made
    }
}
