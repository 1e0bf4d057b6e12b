import Console
import Crypto
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Metering
import Synchronization
import Testing

/// Pushes with everything that may be wrong with them.
struct PushDoorTests {
    private struct Full: Error {}

    private static let now = Instant(secondsSince1970: 1_788_986_465)
    private static let secret = "a secret of both"

    /// What was taken, and what the intake answers.
    private final class Intake: Sendable {
        let taken = Mutex<[PushedDelivery]>([])
        let answers: Mutex<[Result<PushOutcome, Full>]>

        init(_ answers: [Result<PushOutcome, Full>] = []) {
            self.answers = Mutex(answers)
        }

        func take(_ delivery: PushedDelivery) throws -> PushOutcome {
            taken.withLock { $0.append(delivery) }
            return try answers.withLock { $0.isEmpty ? .success(.taken) : $0.removeFirst() }.get()
        }

        var count: Int { taken.withLock { $0.count } }
    }

    private static func console(_ intake: Intake, isOpen: Bool = true) -> WebConsole {
        WebConsole(
            ConsoleParts(
                overview: { throw Full() },
                health: { throw Full() },
                counts: { throw Full() },
                push: { try intake.take($0) }
            ),
            settings: ConsoleSettings(port: 0),
            push: isOpen
                ? (PushSettings(secret: secret, windowSeconds: 300, mostBytes: 100), { now }) : nil
        )
    }

    private static func signature(
        _ body: String,
        path: String = "feed",
        name: String = "",
        at seconds: Int64 = 0,
        by secret: String = secret
    ) -> String {
        let message = Array("\(now.secondsSince1970 &+ seconds).\(path).\(name).\(body)".utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: message,
            using: SymmetricKey(data: Array(secret.utf8))
        )
        return "sha256=" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private struct Sent {
        var body = "{}"
        var path = "feed"
        var offset: Int64 = 0
        var signature: String?
        var name: String?
    }

    private func post(_ sent: [Sent], to console: WebConsole) async throws -> [Int] {
        try await console.application.test(.router) { client in
            var codes: [Int] = []
            for one in sent {
                var headers = HTTPFields()
                for (name, value) in [
                    ("X-Mizumori-Timestamp", "\(Self.now.secondsSince1970 &+ one.offset)"),
                    (
                        "X-Mizumori-Signature",
                        one.signature
                            ?? Self.signature(one.body, path: one.path, name: one.name ?? "", at: one.offset)
                    ),
                    ("X-Mizumori-Name", one.name ?? ""),
                ] where !value.isEmpty {
                    headers[try #require(HTTPFields.Element.Name(name))] = value
                }
                let code = try await client.execute(
                    uri: "/feed/\(one.path)",
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: one.body)
                ) { $0.status.code }
                codes.append(code)
            }
            return codes
        }
    }

    @Test func `what is signed is taken, with its path, its name and when it came`() async throws {
        let intake = Intake()
        let sent = [
            Sent(), Sent(path: "feed/alarms"),
            Sent(body: "a,b", path: "daily", name: "%E6%A4%9C%E9%87%9D_20260301.csv"),
        ]
        #expect(try await post(sent, to: Self.console(intake)) == [200, 200, 200])
        let taken = intake.taken.withLock { $0 }
        #expect(taken.map(\.path.rawValue) == ["feed", "feed/alarms", "daily"])
        #expect(taken.map(\.name) == [nil, nil, "検針_20260301.csv"])
        #expect(taken.map(\.body) == ["{}", "{}", "a,b"].map { Array($0.utf8) })
        #expect(taken.allSatisfy { $0.answered == Self.now })
    }

    @Test func `without a secret there is no such door`() async throws {
        let intake = Intake()
        #expect(try await post([Sent()], to: Self.console(intake, isOpen: false)) == [404])
        #expect(intake.count == 0)
    }

    @Test(arguments: [
        Self.signature("{} "), Self.signature("{}", path: "feed/alarms"), Self.signature("{}", at: 1),
        Self.signature("{}", name: "W_20260301.csv"), Self.signature("{}", by: "another secret"), "sha256=",
        "sha256=" + String(repeating: "0", count: 64),
        String(Self.signature("{}").dropFirst(7)), String(Self.signature("{}").dropLast()), "sha1=abc",
        "sha256=" + String(repeating: "é", count: 32),
    ])
    func `a signature of anything else is refused`(signature: String) async throws {
        let intake = Intake()
        #expect(try await post([Sent(signature: signature)], to: Self.console(intake)) == [401])
        #expect(intake.count == 0)
    }

    @Test(
        arguments: [(-301, 401), (-300, 200), (300, 200), (301, 401), (.min, 401), (.max, 401)]
            as [(Int64, Int)]
    )
    func `a stamp is believed within the window`(offset: Int64, code: Int) async throws {
        let intake = Intake()
        #expect(try await post([Sent(offset: offset)], to: Self.console(intake)) == [code])
        #expect(intake.count == (code == 200 ? 1 : 0))
    }

    @Test func `the same request again is a replay, the same delivery signed anew is not`() async throws {
        let intake = Intake()
        let sent = [Sent(), Sent(), Sent(offset: 1), Sent(offset: 1), Sent()]
        #expect(try await post(sent, to: Self.console(intake)) == [200, 409, 200, 409, 409])
        #expect(intake.count == 2)
    }

    @Test func `what was not stored may be sent again as it is`() async throws {
        let intake = Intake([.failure(Full()), .success(.taken)])
        #expect(try await post([Sent(), Sent(), Sent()], to: Self.console(intake)) == [503, 200, 409])
    }

    @Test func `a body beyond the limit is refused before it is believed`() async throws {
        let intake = Intake()
        let sent = [
            Sent(body: String(repeating: "x", count: 101)), Sent(body: String(repeating: "x", count: 100)),
        ]
        #expect(try await post(sent, to: Self.console(intake)) == [413, 200])
        #expect(intake.count == 1)
    }

    @Test func `what can't be used, or belongs to nobody, is told`() async throws {
        let intake = Intake([.success(.refused("no page")), .success(.unknownPath)])
        #expect(try await post([Sent(), Sent(offset: 1)], to: Self.console(intake)) == [422, 404])
    }
}
