import Crypto
internal import Hummingbird
public import Metering
import Synchronization

/// Where deliveries may be pushed to us, and by what we believe them.
public struct PushSettings: Sendable {
    /// Known to the sender and to us alone.
    fileprivate let secret: [UInt8]
    /// How far the sender's clock may be from ours, either way.
    public let windowSeconds: Int64
    public let mostBytes: Int

    public init(secret: String, windowSeconds: Int64 = 300, mostBytes: Int = 16 * 1_024 * 1_024) {
        precondition(!secret.isEmpty, "an empty secret is none")
        self.secret = Array(secret.utf8)
        self.windowSeconds = windowSeconds
        self.mostBytes = mostBytes
    }
}

/// What was pushed, after it was believed.
public struct PushedDelivery: Hashable, Sendable {
    public let path: Path.ID
    /// The file's name, where it is a file of a folder.
    public let name: String?
    public let body: [UInt8]
    public let answered: Instant

    public init(path: Path.ID, name: String?, body: [UInt8], answered: Instant) {
        self.path = path
        self.name = name
        self.body = body
        self.answered = answered
    }
}

/// What became of it.
public enum PushOutcome: Hashable, Sendable {
    /// Stored and synced, or known already.
    case taken
    /// No such path takes pushes.
    case unknownPath
    /// Nothing of it can be used; kept aside where it may still be.
    case refused(String)
}

/// The door at which a power company, or its relay, may push what else is pulled: `POST /feed/PATH`.
///
/// `X-Mizumori-Timestamp` is the time of sending in seconds since 1970, `X-Mizumori-Signature` is `sha256=` and the
/// HMAC-SHA256 in hexadecimal (RFC 2104) of that text, a dot, the path, a dot and the body, by the common secret. Off
/// unless a secret is set: then there is no such page. A signature is taken once: the same request again is a replay;
/// the same delivery signed anew is taken and changes nothing.
final class PushDoor: Sendable {
    /// More requests than these in one window are refused, so that what must be remembered stays small.
    private static let mostRemembered = 10_000

    private let settings: PushSettings
    private let now: @Sendable () -> Instant
    private let take: @Sendable (PushedDelivery) async throws -> PushOutcome
    private let seen = Mutex<[String: Instant]>([:])

    init(
        _ settings: PushSettings,
        now: @escaping @Sendable () -> Instant,
        take: @escaping @Sendable (PushedDelivery) async throws -> PushOutcome
    ) {
        self.settings = settings
        self.now = now
        self.take = take
    }

    func answer(_ request: Request, path: String) async throws -> Response {
        let arrived = now()
        guard let stamp = request.headers[.mizumoriTimestamp], let seconds = Int64(stamp),
            abs(seconds.subtractingReportingOverflow(arrived.secondsSince1970).partialValue)
                <= settings.windowSeconds,
            let signature = request.headers[.mizumoriSignature]
        else { throw HTTPError(.unauthorized) }
        let body = try await body(of: request)
        guard believes(signature, of: stamp, path, body) else { throw HTTPError(.unauthorized) }
        try remember(signature, at: arrived)
        let outcome: PushOutcome
        do {
            outcome = try await take(
                PushedDelivery(
                    path: Path.ID(path),
                    name: request.headers[.mizumoriName],
                    body: body,
                    answered: arrived
                )
            )
        } catch {
            // It was not kept, so the sender may send it again as it is.
            seen.withLock { $0[signature] = nil }
            throw error
        }
        return try PushDoor.response(to: outcome)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: settings.mostBytes))
        } catch {
            throw HTTPError(.contentTooLarge)
        }
    }

    /// Compared in the same time wherever they differ.
    private func believes(_ signature: String, of stamp: String, _ path: String, _ body: [UInt8]) -> Bool {
        guard signature.hasPrefix("sha256="), let code = PushDoor.bytes(ofHexadecimal: signature.dropFirst(7))
        else {
            return false
        }
        let message = Array("\(stamp).\(path).".utf8) + body
        return HMAC<SHA256>.isValidAuthenticationCode(
            code,
            authenticating: message,
            using: SymmetricKey(data: settings.secret)
        )
    }

    private func remember(_ signature: String, at now: Instant) throws {
        let window = settings.windowSeconds * 2
        let verdict: HTTPResponse.Status? = seen.withLock { seen in
            seen = seen.filter { now - $0.value <= window }
            if seen[signature] != nil { return .conflict }
            if seen.count >= PushDoor.mostRemembered { return .tooManyRequests }
            seen[signature] = now
            return nil
        }
        if let verdict { throw HTTPError(verdict) }
    }

    private static func response(to outcome: PushOutcome) throws -> Response {
        switch outcome {
        case .taken: return try JSONAnswer(body: PushDocument(taken: true, reason: nil)).response()
        case .unknownPath: throw HTTPError(.notFound)
        case .refused(let reason):
            return try JSONAnswer(
                body: PushDocument(taken: false, reason: reason),
                status: .unprocessableContent
            ).response()
        }
    }

    private static func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let digits = Array(text)
        let bytes = stride(from: 0, to: 64, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return bytes.count == 32 ? bytes : nil
    }
}

/// The answer to a push.
private struct PushDocument: Encodable {
    let schema = "mizumori.push/1"
    let taken: Bool
    @OrNull var reason: String?
}

extension HTTPFields.Element.Name {
    fileprivate static var mizumoriTimestamp: Self { Self("X-Mizumori-Timestamp") ?? .date }
    fileprivate static var mizumoriSignature: Self { Self("X-Mizumori-Signature") ?? .authorization }
    /// What a pushed file is called.
    fileprivate static var mizumoriName: Self { Self("X-Mizumori-Name") ?? .contentDisposition }
}
