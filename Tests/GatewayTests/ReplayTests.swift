import Alerting
import Decoding
import Detection
import Mail
import Metering
import Testing

@testable import Acquisition
@testable import Gateway

struct ReplayTests {
    private func configuration() throws -> Configuration {
        let address = try #require(MailAddress("gateway@example.jp"))
        let mail = MailSettings(
            server: SMTPSettings(host: "127.0.0.1", port: 25, security: .none),
            sender: MailSender(name: "", address: address),
            recipients: [.warning: ["duty@example.jp"], .maintenance: ["duty@example.jp"]],
            outboxSeconds: 30
        )
        return Configuration(
            settings: GatewaySettings(
                station: "test",
                console: GatewaySettings.ConsoleAddress(host: "127.0.0.1", port: 0),
                lines: [],
                pollSeconds: 3_600,
                feed: nil,
                feedDelayHours: 30,
                mail: mail
            ),
            rules: .shipped,
            templates: try GatewayScene.templates(),
            pilot: GatewayScene.pilot,
            unverified: []
        )
    }

    /// Hourly rounds of one module: its first meter leaks 12 L an hour, its second rests at night.
    private func recording(hours: Int64) throws -> String {
        var lines = ["\(RecordedLine.header) line-a"]
        for hour in 0..<hours {
            let at = march(1, hours: hour)
            let resting = UInt32(hour / 24 * 100 + min(hour % 24, 12) * 8)
            let answer = try GatewayScene.answer(UInt32(hour) * 12, resting, at: at)
            let exchange = try #require(answer.exchanges.first)
            let event = LineEvent(
                path: .line,
                unit: 11,
                asked: exchange.asked,
                ended: exchange.answered,
                kind: .answered,
                request: exchange.request,
                reply: exchange.reply,
                strays: 0,
                timeout: .seconds(1)
            )
            lines.append(RecordedLine.text(event))
            lines.append(RecordedLine.text(round: Moment(at), ended: Moment(at)))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func `a recorded leak is found and mailed again, twice the same, whatever the order of files`()
        async throws
    {
        let whole = try recording(hours: 72).split(separator: "\n")
        let halves = [whole[...60], whole[..<1] + whole[61...]].map {
            Recording($0.joined(separator: "\n"), named: "half")
        }
        let configuration = try configuration()
        let first = try await Replay(configuration, halves).run()
        #expect(first.exchanges == 72 && first.rounds == 72 && first.readings == 144)
        #expect(first.incidents.map(\.kind) == [.leakContinuous])
        #expect(first.incidents.map(\.subject) == [.point(.wired)])
        #expect(first.mails.count == 1)
        let mail = String(decoding: first.mails.first?.bytes ?? [], as: UTF8.self)
        #expect(mail.contains("To: duty@example.jp"))
        for order in [halves, halves.reversed()] {
            let again = try await Replay(configuration, order).run()
            #expect(again.fingerprint == first.fingerprint)
            #expect(again.mails.map(\.bytes) == first.mails.map(\.bytes))
        }
    }

    @Test func `an attempt without an answer, and an answer of a unit that nobody knows, change nothing`()
        async throws
    {
        let text = try recording(hours: 48)
        let strange = text.split(separator: "\n").dropFirst().filter { $0.hasPrefix("E") }.map { line in
            var words = line.split(separator: " ").map(String.init)
            words[3] = "12"
            return words.joined(separator: " ")
        }
        let failed = strange.map { line in
            var words = line.split(separator: " ").map(String.init)
            words[3] = "11"
            words[4] = "damaged"
            return words.joined(separator: " ")
        }
        let configuration = try configuration()
        let clean = try await Replay(configuration, [Recording(text, named: "a")]).run()
        let more = text + (strange + failed).joined(separator: "\n") + "\n"
        let disturbed = try await Replay(configuration, [Recording(more, named: "a")]).run()
        #expect(clean.readings == 96)
        #expect(disturbed.fingerprint == clean.fingerprint)
    }
}
