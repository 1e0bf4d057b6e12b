import Crypto
import Foundation
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

    public init(secret: String, windowSeconds: Int64, mostBytes: Int) {
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
/// HMAC-SHA256 in hexadecimal (RFC 2104) of that text, a dot, the path, a dot, `X-Mizumori-Name` as it is sent, a dot and
/// the body, by the common secret. Off unless a secret is set: then there is no such page. A signature is taken once: the
/// same request again is a replay; the same delivery signed anew is taken and changes nothing.
final class PushDoor: Sendable {
    /// More requests than these in one window are refused, so that what must be remembered stays small.
    private static let mostRemembered = 10_000
    /// So many requests are read and stored at once, so that strangers can't fill the memory with bodies.
    static let mostAtOnce = 4

    private let settings: PushSettings
    private let now: @Sendable () -> Instant
    private let take: @Sendable (PushedDelivery) async throws -> PushOutcome
    private let book = Mutex(Book())

    /// A signature's 32 bytes.
    private typealias Code = [UInt8]

    private struct Book {
        /// Those that were answered, with when they came.
        var seen: [Code: Instant] = [:]
        /// Those that are being stored.
        var stored: Set<Code> = []
        /// How many requests are inside.
        var inside = 0
    }

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
            isNear(seconds, arrived),
            let code = request.headers[.mizumoriSignature].flatMap(PushDoor.code)
        else { throw HTTPError(.unauthorized) }
        let name = request.headers[.mizumoriName]
        try enter()
        defer { book.withLock { $0.inside -= 1 } }
        let body = try await body(of: request)
        guard signature(of: "\(stamp).\(path).\(name ?? "").", body) == code else {
            throw HTTPError(.unauthorized)
        }
        try begin(code, at: arrived)
        do {
            let outcome = try await take(
                PushedDelivery(
                    path: Path.ID(path),
                    name: name.map { $0.removingPercentEncoding ?? $0 },
                    body: body,
                    answered: arrived
                )
            )
            end(code, at: arrived)
            return try PushDoor.response(to: outcome)
        } catch {
            // It was not kept, so the sender may send it again as it is.
            end(code, at: nil)
            throw error
        }
    }

    private func isNear(_ seconds: Int64, _ arrived: Instant) -> Bool {
        let (apart, isFar) = seconds.subtractingReportingOverflow(arrived.secondsSince1970)
        return !isFar && (-settings.windowSeconds...settings.windowSeconds).contains(apart)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: settings.mostBytes))
        } catch let error as any HTTPResponseError {
            throw HTTPError(error.status)
        }
    }

    private func signature(of words: String, _ body: [UInt8]) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: SymmetricKey(data: settings.secret))
        code.update(data: Array(words.utf8))
        code.update(data: body)
        return code.finalize()
    }

    private func enter() throws {
        let isFree = book.withLock { book in
            guard book.inside < PushDoor.mostAtOnce else { return false }
            book.inside += 1
            return true
        }
        guard isFree else { throw HTTPError(.tooManyRequests) }
    }

    private func begin(_ code: Code, at now: Instant) throws {
        let window = settings.windowSeconds * 2
        let verdict: HTTPResponse.Status? = book.withLock { book in
            book.seen = book.seen.filter { now - $0.value <= window }
            if book.seen[code] != nil { return .conflict }
            if book.seen.count >= PushDoor.mostRemembered { return .tooManyRequests }
            // What becomes of the first one is not known yet.
            return book.stored.insert(code).inserted ? nil : .serviceUnavailable
        }
        if let verdict { throw HTTPError(verdict) }
    }

    /// `now` is when it came, where it was answered for good; else nil.
    private func end(_ code: Code, at now: Instant?) {
        book.withLock { book in
            book.stored.remove(code)
            book.seen[code] = now
        }
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

    /// The bytes of a signature as it is sent: `sha256=` and 64 hexadecimal digits.
    private static func code(_ signature: String) -> Code? {
        guard signature.hasPrefix("sha256=") else { return nil }
        let digits = signature.dropFirst(7).utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        let halves = digits.compactMap(\.self)
        guard halves.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(halves[$0] * 16 + halves[$0 + 1]) }
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
    /// What a pushed file is called, percent-encoded (RFC 3986) where it is not ASCII.
    fileprivate static var mizumoriName: Self { Self("X-Mizumori-Name") ?? .contentDisposition }
}
