import Glibc

/// A pair of pseudo-terminals: a line whose one end is a device for the gateway and whose other end is ours.
final class PseudoTerminal: Sendable {
    /// Our end.
    let descriptor: CInt
    /// The gateway's end, as a device.
    let path: String
    /// Kept open, so that our end does not hang up whenever a reader closes the device.
    private let device: CInt
    private let link: String?

    /// Opens a pair in raw mode.
    ///
    /// - Parameter link: a path that shall point to the device; an older link of that name is replaced.
    /// - Throws: when the machine gives none, or the link cannot be made.
    init(linkedAt link: String?) throws(SimulationError) {
        var ours: CInt = -1
        var theirs: CInt = -1
        var mode = termios()
        cfmakeraw(&mode)
        mode.c_cflag |= tcflag_t(CREAD | CLOCAL | CS8)
        cfsetspeed(&mode, speed_t(B9600))
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&ours, &theirs, nil, &mode, nil) == 0 else {
            throw SimulationError("could not open a pseudo-terminal", errno)
        }
        descriptor = ours
        device = theirs
        _ = fcntl(ours, F_SETFD, FD_CLOEXEC)
        _ = fcntl(theirs, F_SETFD, FD_CLOEXEC)
        ttyname_r(theirs, &name, name.count)
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let link {
            unlink(link)
            guard symlink(path, link) == 0 else {
                let cause = errno
                close(theirs)
                close(ours)
                throw SimulationError("could not link \(link) to \(path)", cause)
            }
        }
        self.link = link
    }

    deinit {
        if let link { unlink(link) }
        close(device)
        close(descriptor)
    }

    /// Whether bytes are waiting, at the latest after `milliseconds`.
    func hasInput(within milliseconds: CInt) -> Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, milliseconds) > 0 && question.revents & Int16(POLLIN) != 0
    }

    /// What is waiting now.
    func read() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while hasInput(within: 0) {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// Puts bytes on the line as they are, damaged ones too.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
