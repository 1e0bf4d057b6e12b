import Glibc

/// The meters' end of a line: raw bytes in and out, no thread of its own.
protocol PeerEnd: AnyObject {
    func read() -> [UInt8]
    func write(_ bytes: [UInt8])
    /// Ends what is connected; a new connection may come.
    func hangUp()
}

struct PeerError: Error {
    let cause = errno
}

/// Looks at a descriptor without waiting.
func hasInput(_ descriptor: CInt) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&question, 1, 0) > 0 && question.revents != 0
}

/// Everything that waits now.
private func waiting(on descriptor: CInt) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    while hasInput(descriptor) {
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { break }
        bytes += buffer.prefix(count)
    }
    return bytes
}

/// A pseudo-terminal behind a link, as an adapter sits behind its by-id name.
final class TerminalEnd: PeerEnd {
    let link: String
    private var master: CInt = -1

    init(link: String) throws {
        self.link = link
        try plugIn()
    }

    deinit {
        hangUp()
        unlink(link)
    }

    /// A new device under the old name.
    func plugIn() throws {
        hangUp()
        var device: CInt = -1
        var mode = termios()
        cfmakeraw(&mode)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&master, &device, nil, &mode, nil) == 0, ttyname_r(device, &name, name.count) == 0
        else {
            throw PeerError()
        }
        // Closing the only open device would hang up our end.
        spare = device
        unlink(link)
        guard symlink(name, link) == 0 else { throw PeerError() }
    }

    func read() -> [UInt8] { waiting(on: master) }

    func write(_ bytes: [UInt8]) {
        _ = Glibc.write(master, bytes, bytes.count)
    }

    func hangUp() {
        guard master >= 0 else { return }
        close(spare)
        close(master)
        master = -1
        unlink(link)
    }

    private var spare: CInt = -1
}

/// A listening socket on loopback; the newest connection is the line.
final class SocketEnd: PeerEnd {
    var port: Int { reserved.port }
    private(set) var connections = 0
    private let reserved: ReservedPort
    private let listener: CInt
    private var connection: CInt = -1

    init() throws {
        reserved = try ReservedPort()
        listener = reserved.descriptor
        guard listen(listener, 8) == 0 else { throw PeerError() }
    }

    deinit {
        hangUp()
    }

    func read() -> [UInt8] {
        while hasInput(listener) {
            hangUp()
            connection = accept(listener, nil, nil)
            connections += 1
        }
        return connection >= 0 ? waiting(on: connection) : []
    }

    func write(_ bytes: [UInt8]) {
        guard connection >= 0 else { return }
        _ = send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    func hangUp() {
        guard connection >= 0 else { return }
        close(connection)
        connection = -1
    }
}

/// A port of loopback that is ours for as long as this lives.
///
/// A server that sets `SO_REUSEADDR`, as all do, may listen on it; nobody else is given it.
final class ReservedPort: Sendable {
    let port: Int
    let descriptor: CInt

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard code == 0 else { throw PeerError() }
    }

    deinit {
        close(descriptor)
    }
}
