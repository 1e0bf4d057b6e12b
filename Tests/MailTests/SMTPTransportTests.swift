import Mail
import Testing

@Suite struct SMTPTransportTests {
    private static let bytes = Array("Subject: a\r\n\r\nfirst\r\n.dot\r\n..two\r\n.\r\nlast\r\n".utf8)

    private func message(to recipients: [String] = ["duty@city.example"], bytes: [UInt8] = bytes)
        -> OutgoingMessage
    {
        OutgoingMessage(
            messageID: "<a@b>",
            envelopeFrom: "mizumori@city.example",
            recipients: recipients,
            bytes: bytes
        )
    }

    private func settings(_ port: Int, login: SMTPSettings.Login? = nil, total: Int = 20_000) -> SMTPSettings
    {
        SMTPSettings(
            host: "127.0.0.1",
            port: port,
            security: .none,
            login: login,
            greeting: "gateway.example",
            totalMilliseconds: total
        )
    }

    /// Delivers over a server with the script, and says what the server heard.
    private func deliver(
        _ message: OutgoingMessage,
        to script: SMTPSink.Script,
        login: SMTPSettings.Login? = nil,
        total: Int = 20_000
    ) async throws -> (outcome: Result<String, MailError>, heard: SMTPSink.Log) {
        let sink = try SMTPSink(script)
        defer { sink.stop() }
        let transport = SMTPTransport(settings(sink.port, login: login, total: total))
        do throws(MailError) {
            return (.success(try await transport.deliver(message)), sink.heard)
        } catch {
            return (.failure(error), sink.heard)
        }
    }

    @Test func `a message arrives byte for byte, lines that begin with a dot included`() async throws {
        let (outcome, heard) = try await deliver(message(), to: SMTPSink.Script())
        #expect(try outcome.get() == "250 2.0.0 queued as 4F1")
        #expect(heard.messages == [Self.bytes])
        #expect(heard.wire != heard.messages, "dots are doubled on the wire")
    }

    @Test func `sender, recipients and greeting are those that were given`() async throws {
        let (_, heard) = try await deliver(
            message(to: ["a@city.example", "b@city.example"]),
            to: SMTPSink.Script()
        )
        #expect(heard.commands.first == "EHLO gateway.example")
        #expect(heard.commands.contains { $0.hasPrefix("MAIL FROM:<mizumori@city.example>") })
        #expect(
            heard.commands.filter { $0.hasPrefix("RCPT") } == [
                "RCPT TO:<a@city.example>", "RCPT TO:<b@city.example>",
            ]
        )
    }

    @Test(arguments: [
        (SMTPSink.Script(mail: "451 4.3.0 later"), MailError.Code.temporary, 451),
        (SMTPSink.Script(mail: "550 5.7.1 not you"), .permanent, 550),
        (SMTPSink.Script(recipients: ["duty@city.example": "451 4.2.1 greylisted"]), .temporary, 451),
        (
            SMTPSink.Script(recipients: ["duty@city.example": "550 5.1.1 no such user"]), .refusedRecipient,
            550
        ),
        (SMTPSink.Script(data: "554 5.5.1 no"), .permanent, 554),
        (SMTPSink.Script(end: "452 4.3.1 disk full"), .temporary, 452),
        (SMTPSink.Script(end: "550 5.7.1 looks like spam"), .permanent, 550),
        (SMTPSink.Script(greeting: "554 5.3.2 closed"), .unreachable, 554),
    ])
    func `the server's answer decides whether a further attempt makes sense`(
        _ script: SMTPSink.Script,
        _ code: MailError.Code,
        _ smtpCode: Int
    ) async throws {
        let (outcome, heard) = try await deliver(message(), to: script)
        let error = #expect(throws: MailError.self) { try outcome.get() }
        #expect(error?.code == code)
        #expect(error?.smtpCode == smtpCode)
        #expect(error?.message.contains("\(smtpCode)") == true)
        #expect(heard.connections == 1)
    }

    @Test(arguments: [
        SMTPSink.Script(greeting: nil), SMTPSink.Script(hello: nil), SMTPSink.Script(mail: nil),
        SMTPSink.Script(data: nil), SMTPSink.Script(end: nil),
    ])
    func `a connection that breaks says nothing about the message`(_ script: SMTPSink.Script) async throws {
        let (outcome, _) = try await deliver(message(), to: script)
        let error = #expect(throws: MailError.self) { try outcome.get() }
        #expect(error?.code == .unreachable)
        #expect(error?.smtpCode == nil)
        #expect(error?.message.isEmpty == false)
    }

    @Test func `nobody there is unreachable`() async throws {
        let sink = try SMTPSink()
        sink.stop()
        await #expect { try await SMTPTransport(settings(sink.port)).deliver(message()) } throws: {
            ($0 as? MailError)?.code == .unreachable
        }
    }

    @Test func `a server that says nothing is given up after the time-out`() async throws {
        let (outcome, _) = try await deliver(message(), to: SMTPSink.Script(isMute: true), total: 300)
        #expect(throws: MailError.self) { try outcome.get() }
        guard case .failure(let error) = outcome else { return }
        #expect(error.code == .unreachable)
    }

    @Test func `one refused recipient keeps the mail from nobody else, and is named`() async throws {
        let script = SMTPSink.Script(recipients: ["gone@city.example": "550 5.1.1 no such user"])
        let (outcome, heard) = try await deliver(
            message(to: ["gone@city.example", "duty@city.example"]),
            to: script
        )
        let answer = try outcome.get()
        #expect(answer.hasPrefix("250 2.0.0 queued as 4F1"))
        #expect(answer.contains("gone@city.example: 550 5.1.1 no such user"))
        #expect(heard.messages.count == 1)
    }

    @Test func `one recipient refused for now among refused ones is worth a further attempt`() async throws {
        let script = SMTPSink.Script(recipients: [
            "later@city.example": "450 4.2.0 later", "gone@city.example": "550 5.1.1 no such user",
        ])
        let (outcome, heard) = try await deliver(
            message(to: ["later@city.example", "gone@city.example"]),
            to: script
        )
        guard case .failure(let error) = outcome else { return #expect(Bool(false), "nobody took it") }
        #expect(error.code == .temporary)
        #expect(error.smtpCode == 450)
        #expect(error.message.contains("gone@city.example"))
        #expect(heard.messages.isEmpty)
    }

    @Test func `a refused login is about us, so the mail waits`() async throws {
        var script = SMTPSink.Script(login: "535 5.7.8 wrong password")
        script.hello = "250-sink.example\r\n250 AUTH PLAIN"
        let login = SMTPSettings.Login(user: "mizumori", password: "hush-hush")
        let (outcome, _) = try await deliver(message(), to: script, login: login)
        guard case .failure(let error) = outcome else { return #expect(Bool(false), "the login was refused") }
        #expect(error.code == .unreachable)
        #expect(error.smtpCode == 535)
        #expect(!error.description.contains("hush-hush"))
        #expect(!"\(login)".contains("hush-hush"))
    }

    @Test func `a login that the server takes precedes the mail`() async throws {
        var script = SMTPSink.Script()
        script.hello = "250-sink.example\r\n250 AUTH PLAIN"
        let login = SMTPSettings.Login(user: "mizumori", password: "hush-hush")
        let (outcome, heard) = try await deliver(message(), to: script, login: login)
        #expect(try outcome.get().hasPrefix("250"))
        #expect(heard.commands.contains { $0.hasPrefix("AUTH PLAIN") })
    }

    @Test(arguments: [SMTPSettings.Security.startTLS, .tls])
    func `where TLS is required, nothing goes out in plain text`(_ security: SMTPSettings.Security)
        async throws
    {
        let sink = try SMTPSink()
        defer { sink.stop() }
        let settings = SMTPSettings(
            host: "127.0.0.1",
            port: sink.port,
            security: security,
            totalMilliseconds: 1_000
        )
        await #expect { try await SMTPTransport(settings).deliver(message()) } throws: {
            ($0 as? MailError)?.code == .unreachable
        }
        #expect(!sink.heard.commands.contains { $0.hasPrefix("MAIL") })
    }

    @Test(arguments: [[], ["a@b>\r\nRCPT TO:<c@d"], ["nobody"], ["duty@city.example", "x y@z"]])
    func `an address that is none reaches no server`(_ recipients: [String]) async throws {
        let (outcome, heard) = try await deliver(message(to: recipients), to: SMTPSink.Script())
        guard case .failure(let error) = outcome else { return #expect(Bool(false), "it was sent") }
        #expect(error.code == .permanent)
        #expect(heard.connections == 0)
    }

    @Test func `a large message arrives whole`() async throws {
        let line = Array((String(repeating: "x", count: 74) + "\r\n").utf8)
        let large = Array("Subject: a\r\n\r\n".utf8) + Array(repeatElement(line, count: 5_000).joined())
        let (outcome, heard) = try await deliver(message(bytes: large), to: SMTPSink.Script())
        #expect(try outcome.get().hasPrefix("250"))
        #expect(heard.messages == [large])
    }
}
