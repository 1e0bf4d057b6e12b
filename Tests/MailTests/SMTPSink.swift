import Glibc
import Synchronization

/// A mail server of one thread that says what its script says, on a loopback port of its own.
final class SMTPSink: Sendable {
    let port: Int
    private let listener: CInt
    private let script: Script
    private let log = Mutex(Log())

    /// What the server answers, verb by verb; `nil` hangs up instead.
    struct Script: Sendable {
        var greeting: String? = "220 sink.example ESMTP"
        var hello: String? = "250-sink.example\r\n250-SIZE 1000000\r\n250 8BITMIME"
        var mail: String? = "250 2.1.0 ok"
        var login: String? = "235 2.7.0 welcome"
        /// By recipient; others get 250.
        var recipients: [String: String] = [:]
        var data: String? = "354 go on"
        var end: String? = "250 2.0.0 queued as 4F1"
        /// Says nothing at all after the connection is made.
        var isMute = false
    }

    struct Log: Sendable {
        var commands: [String] = []
        /// What came between DATA and the lone dot, with the doubled dots undone.
        var messages: [[UInt8]] = []
        /// The same as it came over the wire.
        var wire: [[UInt8]] = []
        var connections = 0
    }

    init(_ script: Script = Script()) throws {
        self.script = script
        (listener, port) = try SMTPSink.listen()
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SMTPSink>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            },
            context
        )
        guard code == 0 else { throw SocketFailure(code) }
        pthread_detach(thread)
    }

    /// Ends the thread: its `accept` fails.
    func stop() {
        shutdown(listener, CInt(SHUT_RDWR))
    }

    var heard: Log { log.withLock { $0 } }

    private func serve() {
        defer { close(listener) }
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            log.withLock { $0.connections += 1 }
            talk(LineSocket(connection))
            close(connection)
        }
    }

    private func talk(_ socket: LineSocket) {
        if script.isMute { return _ = socket.line() }
        guard socket.say(script.greeting) else { return }
        while let line = socket.line() {
            let text = String(decoding: line, as: UTF8.self)
            log.withLock { $0.commands.append(text) }
            switch text.prefix(4).uppercased() {
            case "EHLO", "HELO": guard socket.say(script.hello) else { return }
            case "AUTH":
                guard socket.say("334 "), socket.line() != nil, socket.say(script.login) else { return }
            case "MAIL": guard socket.say(script.mail) else { return }
            case "RCPT": guard socket.say(answer(to: text)) else { return }
            case "DATA":
                guard socket.say(script.data), receive(socket), socket.say(script.end) else { return }
            case "QUIT":
                _ = socket.say("221 bye")
                return
            default: guard socket.say("250 ok") else { return }
            }
        }
    }

    private func answer(to command: String) -> String {
        script.recipients.first { command.contains("<\($0.key)>") }?.value ?? "250 2.1.5 ok"
    }

    private func receive(_ socket: LineSocket) -> Bool {
        guard script.data?.hasPrefix("354") == true else { return true }
        var wire: [UInt8] = []
        var message: [UInt8] = []
        while let line = socket.line() {
            if line == Array(".".utf8) {
                log.withLock {
                    $0.messages.append(message); $0.wire.append(wire)
                }
                return true
            }
            wire += line + [13, 10]
            message += (line.first == UInt8(ascii: ".") ? Array(line.dropFirst()) : line) + [13, 10]
        }
        return false
    }

    private static func listen() throws -> (CInt, Int) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw SocketFailure(errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && Glibc.listen(listener, 8) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard code else { throw SocketFailure(errno) }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}

struct SocketFailure: Error {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }
}

/// A connected socket, read line by line.
private final class LineSocket {
    private let descriptor: CInt
    private var buffered: [UInt8] = []

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// The next line without its CR LF; nil when the other side hung up.
    func line() -> [UInt8]? {
        while true {
            if let end = buffered.firstIndex(of: 10) {
                let line = Array(buffered[..<end])
                buffered.removeFirst(end + 1)
                return line.last == 13 ? Array(line.dropLast()) : line
            }
            var chunk = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffered += chunk.prefix(count)
        }
    }

    func say(_ answer: String?) -> Bool {
        guard let answer else { return false }
        let bytes = Array((answer + "\r\n").utf8)
        return send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }
}
