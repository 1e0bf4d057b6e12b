import Alerting
import ArgumentParser
import Gateway
import Mail
import Metering

/// Mail from the shell.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Mail.",
        subcommands: [Test.self]
    )

    /// Sends a test mail to every address of the configuration, one by one, and shows the server's answers.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a test mail to every configured address and show the server's answers."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions

        struct Document: Encodable {
            let schema = "mizumori.mail.test/1"
            let results: [Result]
        }

        struct Result: Encodable {
            let recipient: String
            let ok: Bool
            let answer: String
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let configuration = try folders.configuration(voice, command: "mail.test")
            guard let mail = configuration.settings.mail, let templates = configuration.templates else {
                voice.tell("No mail is configured.", "メールは設定されていません。")
                throw ExitCode.refused
            }
            let composer = MessageComposer(templates: templates, sender: mail.sender)
            let transport = SMTPTransport(mail.server)
            var results: [Result] = []
            for recipient in Set(mail.recipients.values.flatMap(\.self)).sorted() {
                results.append(await send(to: recipient, configuration.settings.station, composer, transport))
            }
            let document = Document(results: results)
            let lines = results.map { "\($0.ok ? "○" : "×") \($0.recipient)  \($0.answer)" }
            try voice.say(document, orText: lines.joined(separator: "\n"))
            if results.isEmpty || results.contains(where: { !$0.ok }) { throw ExitCode.failure }
        }

        private func send(
            to recipient: String,
            _ station: String,
            _ composer: MessageComposer,
            _ transport: SMTPTransport
        ) async -> Result {
            let now = presentInstant()
            let local = recipient.filter { $0.isLetter || $0.isNumber }
            let intent = MailIntent(
                messageID: "<test.\(now.secondsSince1970).\(local)@mizumori.invalid>",
                purpose: .test,
                recipients: [recipient],
                createdAt: now,
                facts: MailFacts(testOf: station, at: now)
            )
            do {
                let answer = try await transport.deliver(try composer.compose(intent))
                return Result(recipient: recipient, ok: true, answer: answer)
            } catch {
                return Result(recipient: recipient, ok: false, answer: "\(error)")
            }
        }
    }
}
