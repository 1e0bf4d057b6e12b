internal import AsyncHTTPClient
internal import FoundationEssentials
public import Metering
internal import NIOHTTP1

/// Asks the shared-meter-reading feed (共同検針): for pages of readings and alarms, and for days once more.
public struct FeedClient: Sendable {
    private static let pageLimit = 1_000

    let settings: FeedSettings
    private let http: FeedHTTP
    private let tokens: FeedTokens?
    private let now: @Sendable () -> Instant

    /// Opens connections for as long as `body` runs; they are closed whether it throws or not.
    ///
    /// - Parameters:
    ///   - settings: where, and who we are to it.
    ///   - now: by which a token grows old, and a server's wish to be asked later is told.
    ///   - body: asks.
    /// - Returns: what `body` gives.
    /// - Throws: `FeedError` when the certificate can't be used; else what `body` throws.
    public static func whileOpen<Value: Sendable>(
        _ settings: FeedSettings,
        now: @escaping @Sendable () -> Instant,
        _ body: (FeedClient) async throws -> Value
    ) async throws -> Value {
        let configuration = try FeedHTTP.configuration(for: settings)
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            let http = FeedHTTP(
                client: client,
                timeout: settings.requestTimeout,
                bodyLimit: settings.bodyLimit
            )
            return try await body(FeedClient(settings, http, now))
        }
    }

    private init(_ settings: FeedSettings, _ http: FeedHTTP, _ now: @escaping @Sendable () -> Instant) {
        self.settings = settings
        self.http = http
        self.now = now
        if case .clientCredentials(let credentials) = settings.authorisation {
            tokens = FeedTokens(credentials, over: http, now: now)
        } else {
            tokens = nil
        }
    }

    /// One page of what was delivered since an instant.
    ///
    /// - Parameters:
    ///   - resource: which of the lists.
    ///   - since: on the time of delivery, not of reading; late values would be lost otherwise.
    ///   - cursor: where the page before ended; nil for the first.
    /// - Returns: the body, at most `bodyLimit` bytes.
    /// - Throws: `.notNow` for 429 and 503, `.cursorExpired` for 410, `.refused` for any other status than 200.
    public func page(
        of resource: FeedResource = .readings,
        deliveredSince since: Instant,
        cursor: String?
    ) async throws(FeedError) -> [UInt8] {
        let address = settings.address(of: resource.rawValue)
        let place = cursor.map { "&cursor=" + $0.percentEncoded } ?? ""
        var request = HTTPClientRequest(
            url: "\(address)?updated_since=\(since)&limit=\(FeedClient.pageLimit)\(place)"
        )
        request.headers.add(name: "Accept-Encoding", value: "gzip, deflate")
        let reply = try await answer(to: request)
        guard reply.status == 200 else { throw refusal(reply) }
        return reply.body
    }

    /// Asks for a meter's days once more (再送要求); what comes of it comes with the pages.
    ///
    /// - Parameter request: which days of which meter.
    /// - Throws: as for a page, when the request was not taken.
    public func askAgain(for request: RedeliveryRequest) async throws(FeedError) {
        var post = HTTPClientRequest(url: settings.address(of: "redelivery"))
        post.method = .POST
        post.headers.add(name: "Content-Type", value: "application/json")
        post.body = .bytes(try RedeliveryDocument(request).bytes())
        let reply = try await answer(to: post)
        guard (200...299).contains(reply.status) else { throw refusal(reply) }
    }

    /// Asks with what proves who we are; a token that is no longer taken is replaced once.
    private func answer(to request: HTTPClientRequest) async throws(FeedError) -> FeedReply {
        var request = request
        request.headers.add(name: "Accept", value: "application/json")
        guard let tokens else {
            if case .token(let token) = settings.authorisation { request.carry(token) }
            return try await http.answer(to: request)
        }
        let token = try await tokens.token()
        request.carry(token)
        let reply = try await http.answer(to: request)
        guard reply.status == 401 else { return reply }
        await tokens.drop(token)
        request.carry(try await tokens.token())
        return try await http.answer(to: request)
    }

    private func refusal(_ reply: FeedReply) -> FeedError {
        switch reply.status {
        case 410: FeedError(.cursorExpired, "the cursor is too old")
        case 429, 503: FeedError(notNow: reply, at: now())
        default: FeedError(.refused(status: reply.status), "the feed answered \(reply.status)")
        }
    }
}

extension HTTPClientRequest {
    fileprivate mutating func carry(_ token: Secret) {
        headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token.text)")
    }
}

/// The body of `POST /v1/water/redelivery`: measuring days, both included.
private struct RedeliveryDocument: Encodable {
    let meter_id: String
    let from: String
    let to: String

    init(_ request: RedeliveryRequest) {
        meter_id = request.meter.rawValue
        from = request.days.lowerBound.description
        to = request.days.upperBound.description
    }

    func bytes() throws(FeedError) -> [UInt8] {
        do {
            return [UInt8](try JSONEncoder().encode(self))
        } catch {
            throw FeedError(.refused(status: 400), "the request can't be written: \(error)")
        }
    }
}
