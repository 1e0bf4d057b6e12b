internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Metering
internal import NIOHTTP1

/// The token of the moment: asked for when there is none, kept until shortly before it ends.
actor FeedTokens {
    /// A token is not used in its last seconds, since a request takes time and clocks differ.
    private static let marginSeconds: Int64 = 60
    /// How long a token is kept whose server does not say (RFC 6749 only recommends that it does).
    private static let usualSeconds: Int64 = 300
    private static let longestSeconds: Int64 = 86_400

    private let credentials: ClientCredentials
    private let http: FeedHTTP
    private let now: @Sendable () -> Instant
    private var held: Held?
    private var isAsking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private struct Held {
        let token: Secret
        let until: Instant
    }

    init(_ credentials: ClientCredentials, over http: FeedHTTP, now: @escaping @Sendable () -> Instant) {
        self.credentials = credentials
        self.http = http
        self.now = now
    }

    /// Whoever comes while another one is asking waits for that token: servers may drop the old one with each new one.
    func token() async throws(FeedError) -> Secret {
        while isAsking { await withCheckedContinuation { waiting.append($0) } }
        if let held, now() < held.until { return held.token }
        isAsking = true
        defer {
            isAsking = false
            for next in waiting { next.resume() }
            waiting = []
        }
        return try await ask()
    }

    private func ask() async throws(FeedError) -> Secret {
        let asked = now()
        let reply = try await http.answer(to: request)
        guard reply.status == 200 else {
            if reply.status == 429 || reply.status == 503 { throw FeedError(notNow: reply, at: now()) }
            throw FeedError(.noToken, "the authorisation server answered \(reply.status)")
        }
        let grant = try FeedTokens.grant(in: reply.body)
        let seconds = min(grant.expires_in ?? FeedTokens.usualSeconds, FeedTokens.longestSeconds)
        let margin = min(FeedTokens.marginSeconds, seconds / 2)
        let token = Secret(grant.access_token)
        held = Held(token: token, until: asked + max(0, seconds - margin))
        return token
    }

    /// Forgets a token that the feed no longer takes; another one that came meanwhile stays.
    func drop(_ token: Secret) {
        if held?.token == token { held = nil }
    }

    /// The secret goes into the header, form-encoded first (RFC 6749, section 2.3.1), and nowhere else.
    private var request: HTTPClientRequest {
        var request = HTTPClientRequest(url: credentials.tokenURL)
        request.method = .POST
        let pair = credentials.clientID.percentEncoded + ":" + credentials.secret.text.percentEncoded
        request.headers.add(
            name: "Authorization",
            value: "Basic " + Data(pair.utf8).base64EncodedString()
        )
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "Accept", value: "application/json")
        let scope = credentials.scope.map { "&scope=" + $0.percentEncoded } ?? ""
        request.body = .bytes(Array(("grant_type=client_credentials" + scope).utf8))
        return request
    }

    private struct Grant: Decodable {
        let access_token: String
        let token_type: String
        let expires_in: Int64?
    }

    private static func grant(in body: [UInt8]) throws(FeedError) -> Grant {
        guard let grant = try? JSONDecoder().decode(Grant.self, from: Data(body)),
            grant.token_type.lowercased() == "bearer", grant.access_token.utf8.allSatisfy(isTokenByte),
            !grant.access_token.isEmpty, grant.expires_in ?? 0 >= 0
        else { throw FeedError(.noToken, "the authorisation server gave no bearer token") }
        return grant
    }

    /// Visible ASCII, so that nothing else gets into a header.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte)
    }
}

extension FeedError {
    /// Any wait asked for that is longer than an hour is an hour.
    private static let longestWaitSeconds: Int64 = 3_600
    private static let usualWaitSeconds: Int64 = 60

    /// A server that is busy, with the time after which it wants to be asked again: in seconds, or as a date (RFC 9110,
    /// section 10.2.3).
    init(notNow reply: FeedReply, at now: Instant) {
        let seconds = reply.retryAfter.flatMap { text in
            Int64(text) ?? HTTPDate.instant(of: text, at: now).map { $0 - now }
        }
        self.init(
            .notNow(
                retryAfterSeconds: min(
                    max(seconds ?? FeedError.usualWaitSeconds, 1),
                    FeedError.longestWaitSeconds
                )
            ),
            "the feed answered \(reply.status)"
        )
    }
}
