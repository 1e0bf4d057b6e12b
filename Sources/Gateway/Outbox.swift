import Alerting
public import Logging
public import Mail
public import Metering
public import ServiceLifecycle
public import Storage

/// Sends the mail that waits in the store, one after the other, for ever.
///
/// A message is rendered and kept before its first attempt, so that every attempt sends the same bytes under the same
/// Message-ID. A crash between the server's yes and our note of it sends one mail twice, which its Message-ID shows.
public struct Outbox: Service {
    /// The longest wait between two attempts; the first is a minute, each further one twice the last.
    private static let longestWaitSeconds: Int64 = 3_600
    /// A mail that could not be sent for so long is given up, in attempts: more than a week of hours.
    private static let mostAttempts = 200

    private let store: MeterStore
    private let composer: MessageComposer
    private let transport: any MailTransport
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    private let logger: Logger

    public init(
        store: MeterStore,
        composer: MessageComposer,
        transport: any MailTransport,
        interval: Duration,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Instant,
        logger: Logger
    ) {
        self.store = store
        self.composer = composer
        self.transport = transport
        self.interval = interval
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sendDue()
                do { try await clock.sleep(for: interval) } catch { return }
            }
        }
    }

    /// Sends everything that is due now; a mail that fails waits, the next one is tried all the same.
    public func sendDue() async {
        do {
            for mail in try await store.dueMail(at: now()) where !Task.isCancelled { try await send(mail) }
        } catch {
            logger.error("The outbox could not be worked", metadata: ["error": "\(error)"])
        }
    }

    private func send(_ mail: OutboxMail) async throws {
        let id = mail.intent.messageID
        do throws(MailError) {
            let message = try composer.compose(mail.intent)
            let bytes = try await frozen(message)
            let answer = try await transport.deliver(
                OutgoingMessage(
                    messageID: id,
                    envelopeFrom: message.envelopeFrom,
                    recipients: message.recipients,
                    bytes: bytes
                )
            )
            try await note(answer: answer, id)
            logger.notice("Mail sent", metadata: ["mail.id": "\(id)"])
        } catch {
            try await fail(mail, error)
        }
    }

    private func frozen(_ message: OutgoingMessage) async throws(MailError) -> [UInt8] {
        do { return try await store.freeze(messageID: message.messageID, message.bytes) } catch {
            throw MailError(.temporary, "the message could not be kept: \(error)")
        }
    }

    private func note(answer: String, _ id: String) async throws(MailError) {
        do { try await store.markSent(messageID: id, answer: answer, at: now()) } catch {
            throw MailError(.temporary, "the delivery could not be noted: \(error)")
        }
    }

    private func fail(_ mail: OutboxMail, _ error: MailError) async throws {
        let attempts = mail.attempts + 1
        let isHopeless = !error.isWorthRetrying || attempts >= Outbox.mostAttempts
        let wait = min(Outbox.longestWaitSeconds, 60 << Int64(min(attempts - 1, 6)))
        if mail.frozen == nil, isHopeless {
            _ = try await store.freeze(messageID: mail.intent.messageID, [])
        }
        try await store.markFailed(
            messageID: mail.intent.messageID,
            answer: error.description,
            nextAttempt: isHopeless ? nil : now() + wait
        )
        logger.warning(
            isHopeless ? "Mail given up" : "Mail could not be sent",
            metadata: ["mail.id": "\(mail.intent.messageID)", "error": "\(error)"]
        )
    }
}
