internal import AsyncHTTPClient
public import Metering
internal import NIOCore
internal import NIOHTTP1

/// Asks the shared-meter-reading feed (共同検針) for pages of readings.
public struct FeedClient: Sendable {
    private static let pageLimit = 1_000

    private let settings: FeedSettings

    public init(_ settings: FeedSettings) {
        self.settings = settings
    }

    /// One page of what was delivered since an instant.
    ///
    /// - Parameters:
    ///   - since: on the time of delivery, not of reading; late values would be lost otherwise.
    ///   - cursor: where the page before ended; nil for the first.
    /// - Returns: the body, at most `bodyLimit` bytes.
    /// - Throws: `.notNow` for 429 and 503, `.cursorExpired` for 410, `.refused` for any other status than 200.
    public func page(deliveredSince since: Instant, cursor: String?) async throws(FeedError) -> [UInt8] {
        let address = address(since, cursor)
        let timeout = settings.requestTimeout
        let first = await withTaskGroup(of: Result<[UInt8], FeedError>.self) { group in
            group.addTask { await answer(at: address) }
            group.addTask {
                try? await Task.sleep(for: timeout, clock: .continuous)
                return .failure(FeedError(.unreachable, "no whole page within \(timeout)"))
            }
            defer { group.cancelAll() }
            return await group.next()
        }
        guard let first else { throw FeedError(.unreachable, "the request was given up") }
        return try first.get()
    }

    /// Asks and reads the whole body; the client's own time-out ends with the head.
    private func answer(at address: String) async -> Result<[UInt8], FeedError> {
        do throws(FeedError) {
            return .success(try await read(try await get(address)))
        } catch {
            return .failure(error)
        }
    }

    private func read(_ response: HTTPClientResponse) async throws(FeedError) -> [UInt8] {
        let status = response.status.code
        switch status {
        case 200: return try await body(of: response)
        case 410: throw FeedError(.cursorExpired, "the cursor is too old")
        case 429, 503:
            let seconds = response.headers.first(name: "Retry-After").flatMap { Int64($0) } ?? 60
            throw FeedError(
                .notNow(retryAfterSeconds: min(max(seconds, 1), 3_600)),
                "the feed answered \(status)"
            )
        default: throw FeedError(.refused(status: Int(status)), "the feed answered \(status)")
        }
    }

    private func address(_ since: Instant, _ cursor: String?) -> String {
        let base = settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL
        let start = "\(base)/v1/water/readings?updated_since=\(since)&limit=\(FeedClient.pageLimit)"
        guard let cursor else { return start }
        return start + "&cursor=" + FeedClient.escaped(cursor)
    }

    private func get(_ address: String) async throws(FeedError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "application/json")
        if let token = settings.bearerToken {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        do {
            let timeout = TimeAmount.milliseconds(settings.requestTimeout.microseconds / 1_000)
            return try await HTTPClient.shared.execute(request, timeout: timeout)
        } catch {
            throw FeedError(.unreachable, "the feed did not answer: \(error)")
        }
    }

    private func body(of response: HTTPClientResponse) async throws(FeedError) -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: settings.bodyLimit))
        } catch is NIOTooManyBytesError {
            throw FeedError(.tooLarge, "a page beyond \(settings.bodyLimit) bytes")
        } catch {
            throw FeedError(.unreachable, "the page broke off: \(error)")
        }
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    private static func escaped(_ text: String) -> String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.map { byte in
            guard !unreserved.contains(byte) else { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
