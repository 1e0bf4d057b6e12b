public import Hummingbird
import Metering
import NIOCore
import ServiceLifecycle

extension SimulatedFeed {
    /// The feed as a web server on this machine.
    ///
    /// - Parameters:
    ///   - host: where it listens.
    ///   - port: 0 for any free one.
    ///   - ready: told the port once it listens.
    /// - Returns: a service that ends with its group.
    public func server(
        host: String = "127.0.0.1",
        port: Int = 0,
        ready: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> FeedServer {
        FeedServer(feed: self, host: host, port: port, ready: ready)
    }

    /// The routes of the contract: readings, alarms, devices, re-delivery; and where tokens are given out.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/v1/water/readings") { request, _ in
            try await self.guarded(request) { (question) throws(FeedRefusal) in
                let (since, cursor, limit) = try self.place(in: request)
                return try self.page(since: since, cursor: cursor, limit: limit, question: question)
            }
        }
        router.get("/v1/water/alarms") { request, _ in
            try await self.guarded(request) { (question) throws(FeedRefusal) in
                let (since, cursor, limit) = try self.place(in: request)
                return try self.alarms(since: since, cursor: cursor, limit: limit, question: question)
            }
        }
        router.get("/v1/water/devices") { request, _ in
            try await self.guarded(request) { _ in self.devices() }
        }
        router.post("/v1/water/redelivery") { request, _ in
            let body = try await request.body.collect(upTo: 10_000)
            return try await self.guarded(request, .accepted) { (_) throws(FeedRefusal) in
                try self.redelivery(Array(buffer: body))
            }
        }
        router.post("/oauth2/token") { request, _ in
            guard let grant = self.door.grant(to: request.headers[.authorization], at: self.now()) else {
                return SimulatedFeed.response(.unauthorized, #"{"error":"invalid_client"}"#, for: request)
            }
            return SimulatedFeed.response(.ok, grant, for: request)
        }
        return router
    }

    private func place(in request: Request) throws(FeedRefusal) -> (
        since: Instant, cursor: String?, limit: Int
    ) {
        let query = request.uri.queryParameters
        let cursor = query["cursor"].map(String.init)
        let since = query["updated_since"].flatMap { Instant(iso8601: $0) }
        guard let since = since ?? (cursor == nil ? nil : now()) else {
            throw .badRequest("updated_since")
        }
        let limit = query["limit"].map { Int($0) ?? 0 } ?? SimulatedFeed.pageLimit
        guard (1...SimulatedFeed.pageLimit).contains(limit) else { throw .badRequest("limit") }
        return (since, cursor, limit)
    }

    private func redelivery(_ body: [UInt8]) throws(FeedRefusal) -> String {
        guard let asked = RedeliveryText(body) else { throw .badRequest("body") }
        guard deliverAgain(asked.meter, asked.days) else { throw .unknownMeter }
        return #"{"accepted":true}"#
    }

    /// Answers one question, or does to it what its fate is.
    private func guarded(
        _ request: Request,
        _ success: HTTPResponse.Status = .ok,
        _ body: (Int) throws(FeedRefusal) -> String
    ) async throws -> Response {
        let question = nextQuestion()
        let fate = faults.fate(of: question, seed: seed)
        if fate == .silent { try await SimulatedFeed.silence() }
        guard door.admits(request.headers[.authorization], at: now()), fate != .tokenLost else {
            return SimulatedFeed.response(.unauthorized, #"{"error":"unauthorized"}"#, for: request)
        }
        if case .busy(let status, let seconds) = fate { return SimulatedFeed.busy(status, seconds) }
        do throws(FeedRefusal) {
            if fate == .cursorLost, request.uri.queryParameters["cursor"] != nil { throw .cursorExpired }
            let text = try body(question)
            if fate == .half { return SimulatedFeed.half(of: text) }
            return SimulatedFeed.response(success, text, for: request)
        } catch {
            return SimulatedFeed.response(error.status, error.text, for: request)
        }
    }

    /// Longer than anybody waits; a shutdown ends it.
    private static func silence() async throws {
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(120)) }
    }

    private static func busy(_ status: Int, _ seconds: Int?) -> Response {
        var headers = HTTPFields()
        headers[.retryAfter] = seconds.map { "\($0)" }
        return Response(status: .init(code: status), headers: headers)
    }

    private struct HangUp: Error {}

    private static func half(of text: String) -> Response {
        let bytes = Array(text.utf8)
        let body = ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
            throw HangUp()
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    /// Packed where the client takes it.
    private static func response(_ status: HTTPResponse.Status, _ text: String, for request: Request)
        -> Response
    {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        let accepts = request.headers[.acceptEncoding]?.contains("gzip") ?? false
        guard accepts, let packed = Gzip.packed(Array(text.utf8)) else {
            return Response(
                status: status,
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        }
        headers[.contentEncoding] = "gzip"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: packed))
        )
    }
}

extension FeedRefusal {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .cursorExpired: .gone
        case .unknownMeter: .notFound
        }
    }

    fileprivate var text: String {
        switch self {
        case .badRequest(let field): #"{"error":"bad_request","field":"\#(field)"}"#
        case .cursorExpired: #"{"error":"cursor_expired"}"#
        case .unknownMeter: #"{"error":"unknown_meter"}"#
        }
    }
}
