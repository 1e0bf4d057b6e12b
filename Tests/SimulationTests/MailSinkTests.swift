import Foundation
import Testing

@testable import Simulation

struct MailSinkTests {
    @Test func `a message comes through SMTP as it was sent, dots and all`() async throws {
        let folder = try Folder()
        let mailbox = try Mailbox(path: folder.path)
        let port = ListeningPort()
        let sink = MailSink(mailbox, ready: { port.announce($0) })
        let replies = try await whileServing(sink.run) {
            try await LoopbackSocket.talk(to: port.number()) { socket in
                var replies = [try socket.reply()]
                for line in MailSinkTests.conversation {
                    socket.send(line + "\r\n")
                    replies.append(try socket.reply())
                }
                return replies
            }
        }
        #expect(
            replies.map { $0.prefix(3) } == ["220", "250", "250", "250", "250", "354", "250", "250", "221"]
        )
        let kept = try String(contentsOfFile: folder.path + "/new/0001.eml", encoding: .utf8)
        #expect(kept == "Message-ID: <1@x>\r\nSubject: =?UTF-8?B?5ryP5rC0?=\r\n\r\n.dot\r\nend\r\n")
        let readable = try String(contentsOfFile: folder.path + "/0001.txt", encoding: .utf8)
        #expect(readable.contains("Subject: 漏水\n"))
        #expect(mailbox.deliveries == 1)
    }

    private static let conversation = [
        "EHLO gateway", "MAIL FROM:<gateway@example.jp> SIZE=100", "RCPT TO:<one@example.jp>",
        "RCPT TO:<two@example.jp>", "DATA",
        "Message-ID: <1@x>\r\nSubject: =?UTF-8?B?5ryP5rC0?=\r\n\r\n..dot\r\nend\r\n.", "NOOP", "QUIT",
    ]

    @Test func `deliveries and distinct messages are counted, also of an older run`() throws {
        let folder = try Folder()
        let mailbox = try Mailbox(path: folder.path)
        for identifier in ["<1@x>", "<2@x>", "<1@x>"] {
            try mailbox.keep(Array("Message-ID: \(identifier)\r\n\r\ntext\r\n".utf8))
        }
        let again = try Mailbox(path: folder.path)
        for box in [mailbox, again] {
            #expect(box.deliveries == 3)
            #expect(box.distinctMessages == 2)
        }
        try again.keep(Array("Subject: none\r\n\r\n".utf8))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/new/0004.eml"))
    }

    @Test(
        arguments: [
            (["MAIL FROM:<a@x>", "DATA"], "503"), (["RCPT TO:<a@x>"], "503"), (["MAIL FROM:a@x"], "501"),
            (["MAIL FROM:<a@x>", "RCPT TO:<>"], "501"), (["MAIL FROM:<a@x>", "MAIL FROM:<a@x>"], "503"),
            (["MAIL FROM:<a@x>", "RSET", "MAIL FROM:<a@x>"], "250"), (["STARTTLS"], "502"),
            (["MAIL FROM:<>", "RCPT TO:<a@x>"], "250"), (["helo x"], "250"), (["quit"], "221"),
        ] as [([String], String)]
    )
    func `commands out of order are refused, and the session goes on`(lines: [String], code: String) {
        var session = MailSession()
        let steps = lines.map { session.take(Array($0.utf8)) }
        guard case .reply(let text) = steps.last else {
            Issue.record("no reply")
            return
        }
        #expect(text.hasPrefix(code))
    }

    @Test func `a message that is too long is refused and the next one taken`() {
        var session = MailSession()
        let opening = ["MAIL FROM:<a@x>", "RCPT TO:<b@x>", "DATA"]
        for line in opening { _ = session.take(Array(line.utf8)) }
        let long = [UInt8](repeating: 65, count: MailSession.mostBytes)
        #expect(session.take(long) == .listen)
        #expect(session.take([46]) == .reply("552 5.3.4 too long"))
        for line in opening { _ = session.take(Array(line.utf8)) }
        _ = session.take(Array("x".utf8))
        let message = MailSession.Message(sender: "a@x", recipients: ["b@x"], bytes: Array("x\r\n".utf8))
        #expect(session.take([46]) == .keep(message, reply: "250 2.0.0 kept"))
    }

    @Test(
        arguments: [
            ("Subject: =?UTF-8?B?5ryP5rC0?= =?UTF-8?B?55aR44GE?=\r\n\r\n", "漏水疑い"),
            ("Subject: =?utf-8?Q?=E6=BC=8F_x?=\r\n\r\n", "漏 x"),
            ("subject: plain\r\n folded\r\n\r\n", "plain folded"),
            ("Subject: S-00017 =?UTF-8?B?5ryP5rC0?= end\r\n\r\n", "S-00017 漏水 end"),
        ])
    func `subjects are made out`(message: String, subject: String) {
        #expect(MailText(bytes: Array(message.utf8)).header("Subject") == subject)
    }

    @Test(
        arguments: [
            ("Content-Transfer-Encoding: base64\r\n\r\n5ryP5rC0\r\n", "漏水"),
            ("Content-Transfer-Encoding: quoted-printable\r\n\r\n=E6=BC=8F=\r\n=E6=B0=B4\r\n", "漏水\n"),
            ("Content-Transfer-Encoding: 8bit\r\n\r\n漏水\r\n", "漏水\n"),
        ])
    func `texts are made out`(message: String, text: String) {
        #expect(MailText(bytes: Array(message.utf8)).readable.hasSuffix("\n" + text))
    }
}

/// A new folder for one test, removed at its end.
private final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "mailbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
