import NIOCore
import NIOPosix
public import ServiceLifecycle

/// A mail server on this machine that takes everything and keeps it in a mailbox.
public struct MailSink: Service {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    /// A line longer than this closes the conversation; RFC 5321 allows 1,000.
    private static let longestLine = 64 * 1_024

    private let mailbox: Mailbox
    private let host: String
    private let wantedPort: Int
    private let ready: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - mailbox: where messages are kept.
    ///   - host: where it listens.
    ///   - port: 0 for any free one.
    ///   - ready: told the port once it listens.
    public init(
        _ mailbox: Mailbox,
        host: String = "127.0.0.1",
        port: Int = 0,
        ready: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.mailbox = mailbox
        self.host = host
        wantedPort = port
        self.ready = ready
    }

    /// Listens until the task is cancelled or shut down.
    public func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: wantedPort) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? wantedPort
        try await cancelWhenGracefulShutdown {
            try await server.executeThenClose { connections in
                await ready(port)
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { await converse(over: connection) }
                    }
                }
            }
        }
    }

    /// One conversation; its failure is the peer's affair.
    private func converse(over connection: Connection) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                var session = MailSession()
                var buffer = ByteBuffer()
                try await outbound.write(ByteBuffer(string: session.greeting + "\r\n"))
                for try await bytes in inbound {
                    buffer.writeImmutableBuffer(bytes)
                    while let line = MailSink.line(from: &buffer) {
                        guard let reply = answer(line, &session) else { continue }
                        try await outbound.write(ByteBuffer(string: reply + "\r\n"))
                    }
                    guard !session.isOver, buffer.readableBytes <= MailSink.longestLine else { return }
                }
            }
        } catch {
            return
        }
    }

    private func answer(_ line: [UInt8], _ session: inout MailSession) -> String? {
        switch session.take(line) {
        case .reply(let text): return text
        case .listen: return nil
        case .keep(let message, let reply):
            do {
                try mailbox.keep(message.bytes)
                return reply
            } catch {
                return "451 4.3.0 could not be kept"
            }
        }
    }

    /// The next whole line without its end.
    private static func line(from buffer: inout ByteBuffer) -> [UInt8]? {
        guard let length = buffer.readableBytesView.firstIndex(of: 10).map({ $0 - buffer.readerIndex }),
            var line = buffer.readBytes(length: length + 1)
        else { return nil }
        line.removeLast()
        if line.last == 13 { line.removeLast() }
        buffer.discardReadBytes()
        return line
    }
}
