import Alerting
import Logging
import Mail
import Metering
import Storage
import Synchronization
import Testing

@testable import Gateway

/// A mail server that answers what it is told to.
private final class ScriptedServer: MailTransport {
    private let answers: Mutex<[MailError?]>
    private let taken = Mutex<[OutgoingMessage]>([])

    init(_ answers: [MailError?] = []) {
        self.answers = Mutex(answers)
    }

    var messages: [OutgoingMessage] { taken.withLock { $0 } }

    func deliver(_ message: OutgoingMessage) async throws(MailError) -> String {
        taken.withLock { $0.append(message) }
        let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let answer { throw answer }
        return "250 kept"
    }
}

struct OutboxTests {
    private let start = march(1)

    private func outbox(_ store: MeterStore, _ server: ScriptedServer, at now: Instant) throws -> Outbox {
        let templates = try GatewayScene.templates()
        let address = try #require(MailAddress("gateway@example.jp"))
        return Outbox(
            store: store,
            composer: MessageComposer(templates: templates, sender: MailSender(name: "", address: address)),
            transport: server,
            interval: .seconds(30),
            clock: ContinuousClock(),
            now: { now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func storeWithMail(_ count: Int = 1, to recipient: String = "duty@example.jp") async throws
        -> MeterStore
    {
        let store = try await MeterStore.inMemory()
        for number in 1...count {
            let intent = MailIntent(
                messageID: "<test.\(number)@example.jp>",
                purpose: .test,
                recipients: [recipient],
                createdAt: start,
                facts: MailFacts(testOf: "test", at: start)
            )
            _ = try await store.enqueue(intent)
        }
        return store
    }

    @Test func `what is due goes out once`() async throws {
        let store = try await storeWithMail(3)
        let server = ScriptedServer()
        let outbox = try outbox(store, server, at: start)
        for _ in 0..<3 { await outbox.sendDue() }
        #expect(server.messages.map(\.messageID).sorted() == (1...3).map { "<test.\($0)@example.jp>" })
        #expect(try await store.outboxCounts().sent == 3)
    }

    @Test func `a mail that fails waits longer each time, and every attempt sends the same bytes`()
        async throws
    {
        let store = try await storeWithMail()
        let server = ScriptedServer(Array(repeating: MailError(.unreachable, "no route"), count: 9))
        var now = start
        var waits: [Int64] = []
        for _ in 0..<9 {
            await (try outbox(store, server, at: now)).sendDue()
            let next = try #require(try await store.nextMailDue())
            waits.append(next - now)
            await (try outbox(store, server, at: next - 1)).sendDue()
            now = next
        }
        #expect(waits == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600])
        #expect(server.messages.count == 9, "nothing is tried before it is due")
        await (try outbox(store, server, at: now)).sendDue()
        #expect(Set(server.messages.map(\.bytes)).count == 1)
        #expect(try await store.outboxCounts().sent == 1)
    }

    @Test(arguments: [MailError.Code.permanent, .refusedRecipient])
    func `a mail that can never pass is given up and the next one goes out`(code: MailError.Code) async throws
    {
        let store = try await storeWithMail(2)
        let server = ScriptedServer([MailError(code, "no such user", smtpCode: 550)])
        await (try outbox(store, server, at: start)).sendDue()
        let counts = try await store.outboxCounts()
        #expect((counts.givenUp, counts.sent, counts.waiting) == (1, 1, 0))
    }

    @Test func `a mail that can't be written down as a message is given up, not tried for ever`() async throws
    {
        let store = try await storeWithMail(1, to: "no address")
        let server = ScriptedServer()
        await (try outbox(store, server, at: start)).sendDue()
        #expect(server.messages.isEmpty)
        #expect(try await store.outboxCounts().givenUp == 1)
    }

    @Test func `after a week of failures a mail is given up`() async throws {
        let store = try await storeWithMail()
        let server = ScriptedServer(Array(repeating: MailError(.temporary, "later"), count: 300))
        var now = start
        while let next = try await store.nextMailDue() {
            now = max(now, next)
            await (try outbox(store, server, at: now)).sendDue()
        }
        #expect(now - start > 7 * 86_400)
        #expect(try await store.outboxCounts().givenUp == 1)
    }

    @Test func `a store that fails is told and stops nobody`() async throws {
        let store = try await storeWithMail()
        let server = ScriptedServer()
        let outbox = try outbox(store, server, at: start)
        try await store.failEveryWrite(to: "mail")
        await outbox.sendDue()
        #expect(server.messages.isEmpty, "what could not be kept first is not sent")
        try await store.letWritesPass()
        await outbox.sendDue()
        #expect(server.messages.count == 1)
    }
}
