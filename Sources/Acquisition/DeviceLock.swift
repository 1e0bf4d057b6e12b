import Glibc

/// The right to use a serial device, held until it is let go.
///
/// `TIOCEXCL` does not stop root, and opening a device already changes its settings under whoever uses it. So the lock
/// is taken through a descriptor of its own before libmodbus touches the device (flock(2), as other programs do).
final class DeviceLock {
    private let descriptor: CInt

    /// - Returns: nil for a socket, which needs none.
    /// - Throws: `.unreachable` when there is no such device, `.taken` when another process holds it.
    init?(_ settings: LineSettings) throws(BusError) {
        guard case .serial(let serial) = settings.transport else { return nil }
        let opened = open(serial.device, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else {
            let cause = errno
            let code: BusError.Code = cause == EBUSY ? .taken : .unreachable
            throw ModbusConnection.failure(code, "could not open \(serial.device)", cause)
        }
        descriptor = opened
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            throw ModbusConnection.failure(.taken, "another process holds \(serial.device)", errno)
        }
    }

    deinit {
        close(descriptor)
    }
}
