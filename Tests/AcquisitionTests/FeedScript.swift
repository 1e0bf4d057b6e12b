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
}

/// A feed on loopback that answers by a script, and says what it was asked.
final class FeedScript: Sendable {
    private let reserved: ReservedPort
    private let answers: Mutex<[FeedAnswer]>
    private let requests = Mutex<[[String: String]]>([])

    init(_ answers: [FeedAnswer]) throws {
        reserved = try ReservedPort()
        self.answers = Mutex(answers)
    }

    var baseURL: String { "http://127.0.0.1:\(reserved.port)" }

    /// Each request's query, and its `authorization`.
    var asked: [[String: String]] { requests.withLock { $0 } }

    /// Serves while `body` runs.
    func serve(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (running, began) = AsyncStream.makeStream(of: Void.self)
        let router = Router()
        router.get("v1/water/readings") { request, _ in self.answer(request) }
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

    private func answer(_ request: Request) -> Response {
        var asked: [String: String] = [:]
        for (key, value) in request.uri.queryParameters { asked[String(key)] = String(value) }
        asked["authorization"] = request.headers[.authorization]
        requests.withLock { $0.append(asked) }
        let answer = answers.withLock {
            $0.isEmpty ? FeedAnswer.page(records: 0, next: nil) : $0.removeFirst()
        }
        switch answer {
        case .page(let records, let next): return text(FeedScript.page(records: records, next: next))
        case .body(let body): return text(body)
        case .status(let code, let retryAfter):
            var headers = HTTPFields()
            headers[.retryAfter] = retryAfter
            return Response(status: .init(code: code), headers: headers)
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
