public import Hummingbird
import Metering
import NIOCore

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

    /// The routes of the contract: readings, devices, alarms.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/v1/water/readings") { request, _ in
            self.guarded(request) { () throws(FeedRefusal) in try self.readings(request) }
        }
        router.get("/v1/water/devices") { request, _ in
            self.guarded(request) { self.devices() }
        }
        router.get("/v1/water/alarms") { request, _ in
            self.guarded(request) { self.alarms() }
        }
        return router
    }

    private func readings(_ request: Request) throws(FeedRefusal) -> String {
        let query = request.uri.queryParameters
        let cursor = query["cursor"].map(String.init)
        let since = query["updated_since"].flatMap { Instant(iso8601: $0) }
        guard let since = since ?? (cursor == nil ? nil : now()) else {
            throw .badRequest("updated_since")
        }
        let limit = query["limit"].map { Int($0) ?? 0 } ?? SimulatedFeed.pageLimit
        guard (1...SimulatedFeed.pageLimit).contains(limit) else { throw .badRequest("limit") }
        return try page(since: since, cursor: cursor, limit: limit)
    }

    private func guarded(_ request: Request, _ body: () throws(FeedRefusal) -> String) -> Response {
        if let token, request.headers[.authorization] != "Bearer \(token)" {
            return SimulatedFeed.response(.unauthorized, #"{"error":"unauthorized"}"#)
        }
        do throws(FeedRefusal) {
            return SimulatedFeed.response(.ok, try body())
        } catch {
            switch error {
            case .badRequest(let field):
                return SimulatedFeed.response(.badRequest, #"{"error":"bad_request","field":"\#(field)"}"#)
            case .cursorExpired:
                return SimulatedFeed.response(.gone, #"{"error":"cursor_expired"}"#)
            }
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
