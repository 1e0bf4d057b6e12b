import Dispatch
import Glibc

/// A plain connection to a port of this machine.
final class LoopbackSocket {
    struct Failure: Error {
        let cause: CInt
    }

    private let descriptor: CInt

    /// Talks to a port on a thread of its own, since every word blocks.
    static func talk<Value: Sendable>(
        to port: Int,
        _ conversation: @escaping @Sendable (LoopbackSocket) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "loopback").async {
                continuation.resume(with: Result { try conversation(LoopbackSocket(port: port)) })
            }
        }
    }

    private init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(cause: errno) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit {
        close(descriptor)
    }

    /// Sends `text` and returns everything that comes until the peer closes.
    func exchange(_ text: String) throws -> String {
        send(text)
        var bytes: [UInt8] = []
        while let more = try receive() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// Reads until a whole line has come whose fourth character is a space: the last of an SMTP reply.
    func reply() throws -> String {
        var text = ""
        while true {
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            if lines.count > 1, lines[lines.count - 2].dropFirst(3).first == " " { return text }
            guard let more = try receive() else { return text }
            text += String(decoding: more, as: UTF8.self)
        }
    }

    private func receive() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(cause: errno) }
        return count == 0 ? nil : Array(buffer.prefix(count))
    }
}
