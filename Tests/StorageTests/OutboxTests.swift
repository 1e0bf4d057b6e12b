import Alerting
import Metering
import Testing

@testable import Storage

struct OutboxTests {
    private let id = "<inc-000001.opened@example.jp>"

    private func storeWithMail() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        try await store.store([.ofLeak(mark: 0)], at: moment)
        return store
    }

    @Test func `a mail is due from its creation on, with its facts as they were decided`() async throws {
        let store = try await storeWithMail()
        #expect(try await store.dueMail(at: moment - 1) == [])
        let due = try await store.dueMail(at: moment)
        let expected = OutboxMail(
            intent: draft(for: finding()).intent(for: Incident.ID(1)),
            frozen: nil,
            attempts: 0,
            nextAttemptAt: moment,
            state: .waiting,
            serverAnswer: nil
        )
        #expect(due == [expected])
        #expect(due.first?.intent.messageID == id)
        #expect(try await store.nextMailDue() == moment)
    }

    @Test func `a mail is frozen once: the second rendering is not sent`() async throws {
        let store = try await storeWithMail()
        #expect(try await store.freeze(messageID: id, [1, 2]) == [1, 2])
        #expect(try await store.freeze(messageID: id, [3]) == [1, 2])
        #expect(try await store.mail(messageID: id)?.frozen == [1, 2])
    }

    @Test func `a failed mail waits for its next attempt`() async throws {
        let store = try await storeWithMail()
        _ = try await store.freeze(messageID: id, [1])
        try await store.markFailed(messageID: id, answer: "451 later", nextAttempt: moment + hour)
        #expect(try await store.dueMail(at: moment + hour - 1) == [])
        let due = try #require(try await store.dueMail(at: moment + hour).first)
        #expect((due.attempts, due.serverAnswer) == (1, "451 later"))
        let counts = OutboxCounts(waiting: 1, retrying: 1, waitingSince: moment)
        #expect(try await store.outboxCounts() == counts)
    }

    @Test func `a sent mail is never due again`() async throws {
        let store = try await storeWithMail()
        _ = try await store.freeze(messageID: id, Array("Message-ID: \(id)".utf8))
        try await store.markSent(messageID: id, answer: "250 OK", at: moment + 5)
        #expect(try await store.dueMail(at: moment + 1_000 * hour) == [])
        #expect(try await store.nextMailDue() == nil)
        #expect(try await store.mail(messageID: id)?.state == .sent(at: moment + 5))
        #expect(try await store.outboxCounts() == OutboxCounts(sent: 1))
        let error = await #expect(throws: StoreError.self) {
            try await store.markFailed(messageID: id, answer: "", nextAttempt: nil)
        }
        #expect(error?.code == .notFound)
        #expect(try await store.verify() == [])
    }

    @Test func `a mail that was never frozen can't be marked sent`() async throws {
        let store = try await storeWithMail()
        await #expect(throws: StoreError.self) {
            try await store.markSent(messageID: id, answer: "250 OK", at: moment)
        }
        #expect(try await store.dueMail(at: moment).count == 1)
    }

    @Test func `a mail given up is counted and not due`() async throws {
        let store = try await storeWithMail()
        _ = try await store.freeze(messageID: id, [1])
        try await store.markFailed(messageID: id, answer: "550 unknown", nextAttempt: nil)
        #expect(try await store.dueMail(at: moment + 1_000 * hour) == [])
        #expect(try await store.mail(messageID: id)?.state == .givenUp)
        #expect(try await store.outboxCounts() == OutboxCounts(givenUp: 1))
    }

    @Test func `a Message-ID enters the outbox once`() async throws {
        let store = try await MeterStore.inMemory()
        let intent = MailIntent(
            messageID: "<test.1@example.jp>",
            purpose: .test,
            recipients: ["a@example.jp"],
            createdAt: moment,
            facts: MailFacts(testOf: "pilot", at: moment)
        )
        #expect(try await store.enqueue(intent))
        #expect(try await store.enqueue(intent) == false)
        #expect(try await store.dueMail(at: moment).map(\.intent) == [intent])
    }

    @Test func `mail that is unknown is told as such`() async throws {
        let store = try await MeterStore.inMemory()
        #expect(try await store.mail(messageID: "<none>") == nil)
        let error = await #expect(throws: StoreError.self) {
            try await store.freeze(messageID: "<none>", [1])
        }
        #expect(error?.code == .notFound)
    }
}
