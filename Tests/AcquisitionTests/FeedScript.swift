import Acquisition
import Hummingbird
import Logging
import Metering
import Synchronization
import Testing

/// What the feed answers to one request.
enum FeedAnswer: Sendable {
    case page(records: Int, next: String?)
    case status(Int, retryAfter: String?)
    case body(String)
    /// Half of what it promised, then it hangs up.
    case half
    /// Half of what it promised, then nothing.
    case stalled
    /// Bytes under a content encoding.
    case packed([UInt8], String)
    /// To another place.
    case redirect(String)
}

/// A feed on loopback that answers by a script, and says what it was asked.
final class FeedScript: Sendable {
    private let reserved: ReservedPort
    private let answers: Mutex<[FeedAnswer]>
    private let grants: Mutex<[FeedAnswer]>
    private let requests = Mutex<[[String: String]]>([])

    /// - Parameters:
    ///   - answers: to what is asked below `/v1/water`, in order; then empty pages.
    ///   - grants: to what is asked of the token endpoint, in order; then 400.
    /// - Throws: when no port is free.
    init(_ answers: [FeedAnswer], grants: [FeedAnswer] = []) throws {
        reserved = try ReservedPort()
        self.answers = Mutex(answers)
        self.grants = Mutex(grants)
    }

    var baseURL: String { "http://127.0.0.1:\(reserved.port)" }

    var tokenURL: String { baseURL + "/oauth2/token" }

    /// Each question to the feed: its query, its `path`, its `body`, and its headers `authorization` and `accepts`.
    var asked: [[String: String]] { requests.withLock { $0.filter { $0["path"] != "/oauth2/token" } } }

    /// Each question to the token endpoint.
    var tokensAsked: [[String: String]] {
        requests.withLock { $0.filter { $0["path"] == "/oauth2/token" } }
    }

    /// Serves while `body` runs.
    func serve(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (running, began) = AsyncStream.makeStream(of: Void.self)
        let router = Router()
        router.get("v1/water/**") { request, _ in
            try await self.answer(request, self.answers, else: .page(records: 0, next: nil))
        }
        router.post("v1/water/**") { request, _ in
            try await self.answer(request, self.answers, else: .status(202, retryAfter: nil))
        }
        router.post("oauth2/token") { request, _ in
            try await self.answer(request, self.grants, else: .status(400, retryAfter: nil))
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: reserved.port)),
            onServerRunning: { _ in began.yield() },
            logger: Logger(label: "feed") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { began.finish() }
                try await application.run()
            }
            for await _ in running { break }
            try await body()
            group.cancelAll()
        }
    }

    private func answer(
        _ request: Request,
        _ answers: borrowing Mutex<[FeedAnswer]>,
        else usual: FeedAnswer
    ) async throws -> Response {
        var asked: [String: String] = [:]
        for (key, value) in request.uri.queryParameters { asked[String(key)] = String(value) }
        asked["path"] = request.uri.path
        asked["authorization"] = request.headers[.authorization]
        asked["accepts"] = request.headers[.acceptEncoding]
        asked["body"] = String(buffer: try await request.body.collect(upTo: 10_000))
        requests.withLock { $0.append(asked) }
        return response(answers.withLock { $0.isEmpty ? usual : $0.removeFirst() })
    }

    private func response(_ answer: FeedAnswer) -> Response {
        switch answer {
        case .page(let records, let next): return text(FeedScript.page(records: records, next: next))
        case .body(let body): return text(body)
        case .status(let code, let retryAfter):
            var headers = HTTPFields()
            headers[.retryAfter] = retryAfter
            return Response(status: .init(code: code), headers: headers)
        case .packed(let bytes, let encoding):
            return Response(
                status: .ok,
                headers: [.contentEncoding: encoding],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            )
        case .redirect(let place): return Response(status: .found, headers: [.location: place])
        case .half: return broken { throw Half() }
        case .stalled:
            return broken {
                let (never, _) = AsyncStream.makeStream(of: Void.self)
                for await _ in never {}
            }
        }
    }

    /// A page of so many records; any text may name the next.
    static func page(records: Int, next: String?) -> String {
        let records = (0..<records).map { number in
            """
            {"meter_id":"M\(number)","measuring_date":"2026-11-22","revision":1,"unit":"L",
            "delivered_at":"2026-11-23T05:00:00+09:00",
            "values":[{"at":"2026-11-23T00:00:00+09:00","index_l":\(number),"q":"N"}]}
            """
        }
        let next = next.map { "\"\($0)\"" } ?? "null"
        return """
            {"schema":"kyodo-kenshin/1.0","next_cursor":\(next),"records":[\(records.joined(separator: ","))]}
            """
    }

    private struct Half: Error {}

    private func text(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func broken(_ then: @escaping @Sendable () async throws -> Void) -> Response {
        let page = FeedScript.page(records: 1, next: nil)
        let body = ResponseBody(contentLength: page.utf8.count) { writer in
            try await writer.write(ByteBuffer(string: String(page.prefix(page.count / 2))))
            try await then()
        }
        return Response(status: .ok, body: body)
    }
}
