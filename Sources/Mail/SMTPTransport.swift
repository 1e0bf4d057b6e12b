/// A mail server, spoken to by libcurl, one message and one connection at a time.
///
/// A message goes to every recipient that the server takes; it fails only when the server takes none of them, so that
/// one mistyped address does not keep an alarm from the others. `deliver` blocks its own queue for at most
/// `totalMilliseconds` and can't be cut short: a message broken off after its last line would go out twice.
public actor SMTPTransport: MailTransport {
    private let thread = MailThread(label: "mizumori.mail")
    private let settings: SMTPSettings

    public init(_ settings: SMTPSettings) {
        self.settings = settings
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    public func deliver(_ message: OutgoingMessage) async throws(MailError) -> String {
        guard !message.recipients.isEmpty else {
            throw MailError(.permanent, "the message names no recipient")
        }
        for address in message.recipients + [message.envelopeFrom] where MailAddress(address) == nil {
            throw MailError(.permanent, "\(address.debugDescription) is no mail address")
        }
        return try SMTPTransfer(settings, message).perform()
    }
}
