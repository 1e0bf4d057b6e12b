internal import CModbus
import Decoding
import Glibc

/// An open libmodbus context: made, used and freed on the line's thread.
final class ModbusConnection {
    private let context: OpaquePointer
    private let isRTU: Bool
    private var transaction: UInt16 = 0
    /// Held for as long as the device is open; nil on a socket.
    private let lock: DeviceLock?

    /// How long a host may take to accept a connection.
    private static let connectSeconds: UInt32 = 3
    /// The flag of poll(2) for a peer that will send nothing more; Glibc hides its name.
    private static let peerClosed: Int16 = 0x2000

    /// Opens the device or the socket.
    ///
    /// - Throws: `.unreachable` when it can't be opened, `.taken` when another process holds the device.
    init(_ settings: LineSettings) throws(BusError) {
        lock = try DeviceLock(settings)
        let made: OpaquePointer?
        switch settings.transport {
        case .serial(let serial):
            made = modbus_new_rtu(
                serial.device,
                CInt(serial.baud),
                serial.parity.letter,
                8,
                CInt(serial.stopBits)
            )
        case .tcp(let host, let port): made = modbus_new_tcp_pi(host, "\(port)")
        case .rtuOverTCP: made = modbus_new_rtu("/dev/null", 9_600, SerialSettings.Parity.none.letter, 8, 1)
        }
        guard let made else {
            throw ModbusConnection.failure(.unreachable, "could not use \(settings.place)", errno)
        }
        // From here on `deinit` frees it, also when what follows fails.
        context = made
        isRTU = settings.isRTU
        // Over TCP the response time-out is also that of connecting.
        modbus_set_response_timeout(made, ModbusConnection.connectSeconds, 0)
        try connect(settings)
    }

    deinit {
        modbus_close(context)
        modbus_free(context)
    }

    var descriptor: CInt { modbus_get_socket(context) }

    /// Whether the other end is still there: a hung-up device or a closed socket is not.
    var isAlive: Bool {
        var question = pollfd(fd: descriptor, events: ModbusConnection.peerClosed, revents: 0)
        poll(&question, 1, 0)
        return question.revents & (ModbusConnection.peerClosed | Int16(POLLHUP | POLLERR | POLLNVAL)) == 0
    }

    private func connect(_ settings: LineSettings) throws(BusError) {
        if case .rtuOverTCP(let host, let port) = settings.transport {
            let socket = Socket.connect(host: host, port: port, within: CInt(ModbusConnection.connectSeconds))
            guard socket >= 0 else {
                throw ModbusConnection.failure(.unreachable, "could not reach \(host):\(port)", errno)
            }
            modbus_set_socket(context, socket)
            return
        }
        guard modbus_connect(context) == 0 else {
            let cause = errno
            let code: BusError.Code = cause == EBUSY ? .taken : .unreachable
            throw ModbusConnection.failure(code, "could not open \(settings.place)", cause)
        }
        guard case .serial(let serial) = settings.transport else { return }
        guard mizumori_take_exclusive(descriptor) == 0 else {
            throw ModbusConnection.failure(.taken, "could not take \(settings.place) alone", errno)
        }
        guard !serial.isRS485Driven || modbus_rtu_set_serial_mode(context, MODBUS_RTU_RS485) == 0 else {
            throw ModbusConnection.failure(
                .unreachable,
                "\(settings.place) has no RS-485 mode of its own",
                errno
            )
        }
    }

    /// Everything that is waiting, without waiting for more.
    func read() throws(BusError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while bytes.count < ReplyScanner.mostBytes, poll(&question, 1, 0) > 0 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            let cause = errno
            if count > 0 {
                bytes += buffer.prefix(count)
            } else if count < 0, cause == EAGAIN || cause == EINTR {
                return bytes
            } else {
                throw ModbusConnection.failure(.unreachable, "the line was lost", count == 0 ? EIO : cause)
            }
        }
        return bytes
    }

    /// - Returns: the whole frame as it went out, and what goes around the body of its answer.
    func send(_ request: ReadRequest, unit: UInt8) throws(BusError) -> (
        frame: [UInt8], envelope: Frame.Envelope
    ) {
        guard isRTU else { return try sendOverTCP(request, unit) }
        modbus_set_slave(context, CInt(unit))
        var raw = [unit] + request.pdu
        guard modbus_send_raw_request(context, &raw, CInt(raw.count)) > 0 else {
            throw ModbusConnection.failure(.unreachable, "could not write to the line", errno)
        }
        return (Frame.rtuRequest(request, unit: unit), .rtu)
    }

    /// libmodbus would give every raw request the transaction 0; with numbers of our own a late answer tells itself.
    private func sendOverTCP(_ request: ReadRequest, _ unit: UInt8) throws(BusError) -> (
        frame: [UInt8], envelope: Frame.Envelope
    ) {
        transaction &+= 1
        let frame = Frame.tcpRequest(request, unit: unit, transaction: transaction)
        guard Glibc.send(descriptor, frame, frame.count, CInt(MSG_NOSIGNAL)) == frame.count else {
            throw ModbusConnection.failure(.unreachable, "could not write to the line", errno)
        }
        return (frame, .tcp(transaction))
    }

    static func failure(_ code: BusError.Code, _ message: String, _ cause: CInt) -> BusError {
        BusError(code, "\(message): \(String(cString: modbus_strerror(cause)))")
    }
}

extension SerialSettings.Parity {
    fileprivate var letter: CChar {
        switch self {
        case .none: 78
        case .even: 69
        case .odd: 79
        }
    }
}
