internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// One question over HTTP with its limits: on the time until the whole body is there, and on the body unpacked.
struct FeedHTTP: Sendable {
    let client: HTTPClient
    let timeout: Duration
    let bodyLimit: Int

    /// How a client for a feed is set: it unpacks no more than a page may have, and follows no redirect, since a closed
    /// network has none and a token must not travel.
    static func configuration(for settings: FeedSettings) throws(FeedError) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try settings.tls?.configuration(),
            redirectConfiguration: .disallow,
            decompression: .enabled(limit: .size(settings.bodyLimit))
        )
        // A page has two or three requests an hour: HTTP/1.1 is enough, and every server speaks it.
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// - Parameter request: sent once.
    /// - Returns: any answer, its body only where it is 200.
    /// - Throws: `.unreachable` when no whole answer came in time, `.tooLarge` when the body is beyond the limit.
    func answer(to request: HTTPClientRequest) async throws(FeedError) -> FeedReply {
        let timeout = timeout
        let first = await withTaskGroup(of: Result<FeedReply, FeedError>.self) { group in
            group.addTask { await attempt(request) }
            group.addTask {
                try? await Task.sleep(for: timeout, clock: .continuous)
                return .failure(FeedError(.unreachable, "no whole answer within \(timeout)"))
            }
            defer { group.cancelAll() }
            return await group.next()
        }
        guard let first else { throw FeedError(.unreachable, "the request was given up") }
        return try first.get()
    }

    /// Asks and reads the whole body; the client's own time-out ends with the head.
    private func attempt(_ request: HTTPClientRequest) async -> Result<FeedReply, FeedError> {
        do throws(FeedError) {
            let response = try await head(request)
            return .success(
                FeedReply(
                    status: Int(response.status.code),
                    retryAfter: response.headers.first(name: "Retry-After"),
                    body: response.status == .ok ? try await body(of: response) : []
                )
            )
        } catch {
            return .failure(error)
        }
    }

    private func head(_ request: HTTPClientRequest) async throws(FeedError) -> HTTPClientResponse {
        do {
            let limit = TimeAmount.milliseconds(timeout.microseconds / 1_000)
            return try await client.execute(request, timeout: limit)
        } catch {
            throw FeedError(.unreachable, "the feed did not answer: \(error)")
        }
    }

    private func body(of response: HTTPClientResponse) async throws(FeedError) -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: bodyLimit))
        } catch is NIOTooManyBytesError {
            throw FeedError(.tooLarge, "a page beyond \(bodyLimit) bytes")
        } catch NIOHTTPDecompression.DecompressionError.limit {
            throw FeedError(.tooLarge, "a page beyond \(bodyLimit) bytes once unpacked")
        } catch {
            throw FeedError(.unreachable, "the page broke off: \(error)")
        }
    }
}

/// What came back.
struct FeedReply: Sendable {
    let status: Int
    let retryAfter: String?
    let body: [UInt8]
}

extension String {
    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    var percentEncoded: String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return utf8.map { byte in
            guard !unreserved.contains(byte) else { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
