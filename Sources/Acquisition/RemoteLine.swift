internal import AsyncHTTPClient
internal import Decoding
internal import Foundation
public import Metering
internal import NIOCore
internal import NIOHTTP1

/// A line that a running gateway owns, asked through the gateway's socket: the same queue, the same care.
public struct RemoteLine: RegisterBus {
    /// An exchange may wait behind others; longer than this, the gateway hangs.
    private static let patience = TimeAmount.seconds(120)
    private static let mostBytes = 1 << 20

    private let socket: String
    private let line: Path.ID

    /// - Parameters:
    ///   - socket: the path of the gateway's socket.
    ///   - line: which of its lines.
    public init(socket: String, line: Path.ID) {
        self.socket = socket
        self.line = line
    }

    /// Whether a gateway listens there.
    public static func isAlive(at socket: String) async -> Bool {
        guard FileManager.default.fileExists(atPath: socket) else { return false }
        let request = HTTPClientRequest(url: address(socket, "/v1/lines"))
        let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(5))
        return response?.status == .ok
    }

    public func exchange(_ question: Question) async throws(BusError) -> Exchange {
        let body: ByteBuffer
        do {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            let encoded = try encoder.encode(LineQuestion(question, on: line))
            var request = HTTPClientRequest(url: RemoteLine.address(socket, "/v1/exchange"))
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: encoded))
            let response = try await HTTPClient.shared.execute(request, timeout: RemoteLine.patience)
            body = try await response.body.collect(upTo: RemoteLine.mostBytes)
        } catch {
            throw BusError(.unreachable, "the gateway at \(socket) did not answer: \(error)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let answer = try? decoder.decode(LineAnswer.self, from: Data(body.readableBytesView)) else {
            let text = String(decoding: body.readableBytesView.prefix(200), as: UTF8.self)
            throw BusError(.unreachable, "the gateway at \(socket) answered: \(text)")
        }
        return try answer.result(question.request.function)
    }

    private static func address(_ socket: String, _ path: String) -> String {
        let host = socket.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? socket
        return "http+unix://\(host)\(path)"
    }
}
