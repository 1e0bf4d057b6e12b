import Alerting
import Mail
import Metering
import Testing

@Suite struct MessageComposerTests {
    private static let sixInTheMorning = Instant(secondsSince1970: 1_769_288_400)  // 2026-01-25T06:00+09:00

    private static let templates: MailTemplates = {
        let body = MailTemplates.incidentPlaceholders.map { "{{#\($0)}}\($0)={{\($0)}}{{/\($0)}}" }
        let test = MailTemplates.testPlaceholders.map { "\($0)={{\($0)}}" }
        let subject = "Subject: 【{{kind}}・{{severity}}】{{place}} ({{calibre_mm}}mm) {{detected_short}}検知\n\n"
        do {
            return MailTemplates(
                incident: try MailTemplate(
                    subject + body.joined(separator: "\n"),
                    named: "incident",
                    placeholders: MailTemplates.incidentPlaceholders
                ),
                test: try MailTemplate(
                    "Subject: 【試験】{{station}} {{sent_short}}\n\n" + test.joined(separator: "\n"),
                    named: "test",
                    placeholders: MailTemplates.testPlaceholders
                )
            )
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static func composer(name: String = "水守", address: String = "mizumori@city.example") throws
        -> MessageComposer
    {
        MessageComposer(
            templates: templates,
            sender: MailSender(name: name, address: try #require(MailAddress(address)))
        )
    }

    private static func finding(
        _ kind: Finding.Kind = .leakContinuous,
        rate: Flow? = .litresPerHour(12),
        volume: Volume? = .litres(300)
    ) -> Finding {
        Finding(
            subject: .point(ServicePoint.ID("S-00017")),
            kind: kind,
            startedAt: sixInTheMorning - 25 * 3_600,
            dataUntil: sixInTheMorning - 3_600,
            rate: rate,
            volume: volume,
            rule: "continuous-flow/1",
            coverage: Coverage(knownSeconds: 985, totalSeconds: 1_000)
        )
    }

    private static func intent(
        _ finding: Finding = finding(),
        severity: Severity = .warning,
        station: String = "柏崎市水道",
        recipients: [String] = ["duty@city.example"]
    ) -> MailIntent {
        let point = ServicePoint(
            id: ServicePoint.ID("S-00017"),
            calibre: Calibre(millimetres: 20),
            useClass: UseClass("vacant"),
            area: "西山町",
            isVacant: true
        )
        let facts = MailFacts(
            of: finding,
            severity: severity,
            point: point,
            station: station,
            at: sixInTheMorning
        )
        return MailDraft(
            recipients: recipients,
            host: "gateway.example",
            createdAt: sixInTheMorning,
            facts: facts
        )
        .intent(for: Incident.ID(123))
    }

    private static func read(_ intent: MailIntent, by composer: MessageComposer) throws -> MessageReader {
        try MessageReader(composer.compose(intent).bytes)
    }

    @Test func `the headers are those of an automatic plain text mail`() throws {
        let mail = try Self.read(Self.intent(), by: Self.composer())
        #expect(mail["Date"] == "Sun, 25 Jan 2026 06:00:00 +0900")
        #expect(mail["Message-ID"] == "<inc-000123.opened@gateway.example>")
        #expect(mail["To"] == "duty@city.example")
        #expect(mail["Auto-Submitted"] == "auto-generated")
        #expect(mail["MIME-Version"] == "1.0")
        #expect(mail["Content-Type"] == "text/plain; charset=UTF-8")
        #expect(mail["Content-Transfer-Encoding"] == "base64")
        #expect(try MessageReader.decodedWords(mail["From"] ?? "") == "水守 <mizumori@city.example>")
        #expect(Set(mail.headers.map(\.name)).count == mail.headers.count, "no field stands twice")
    }

    @Test func `the subject names kind, severity, place, calibre and time`() throws {
        let mail = try Self.read(Self.intent(), by: Self.composer())
        #expect(
            try MessageReader.decodedWords(mail["Subject"] ?? "")
                == "【漏水疑い・警告】S-00017 (20mm) 1/25 06:00検知"
        )
    }

    @Test(arguments: [
        "place=S-00017", "calibre_mm=20", "incident=INC-000123", "rule=continuous-flow/1",
        "started_at=1月24日 05:00", "data_until=1月25日 05:00", "detected_at=1月25日 06:00", "rate_lph=12",
        "rate_lpd=288", "volume_label=推定漏水量", "volume_l=300", "volume_m3=0.30", "coverage_percent=98.5",
    ])
    func `the body gives the facts in the units of the trade`(_ line: String) throws {
        let body = try Self.read(Self.intent(), by: Self.composer()).body
        #expect(body.contains(line + "\r\n"), "\(body)")
    }

    @Test func `every byte is ASCII and no line is longer than 76`() throws {
        let long = String(repeating: "越後柏崎市水道事業管理者", count: 12)
        let recipients = (1...40).map { "person-\($0)@waterworks.city.example" }
        let intent = Self.intent(station: long, recipients: recipients)
        let message = try Self.composer(name: long).compose(intent)
        #expect(message.bytes.allSatisfy { $0 < 0x80 })
        let mail = try MessageReader(message.bytes)
        #expect((mail.headerLines + mail.bodyLines).allSatisfy { $0.utf8.count <= 76 })
        #expect(mail["To"]?.split(separator: ",").map { $0.drop { $0 == " " } } == recipients.map { $0[...] })
        #expect(try MessageReader.decodedWords(mail["From"] ?? "") == long + " <mizumori@city.example>")
        #expect(try mail.body.contains("station=" + long))
    }

    @Test(arguments: [
        "Kashiwazaki", "a", "=?UTF-8?B?gg==?=", "水", "a水b c", String(repeating: "a", count: 200),
        String(repeating: "漏水疑い", count: 40), "髙﨑𠮷野家 ㈱ ①", "👨‍👩‍👧‍👦 がぎぐ", "tab\there", "bell\u{7}",
    ])
    func `any station name comes back from the subject of a test mail`(_ station: String) throws {
        let intent = MailIntent(
            messageID: "<test.1@gateway.example>",
            purpose: .test,
            recipients: ["duty@city.example"],
            createdAt: Self.sixInTheMorning,
            facts: MailFacts(testOf: station, at: Self.sixInTheMorning)
        )
        let mail = try Self.read(intent, by: Self.composer())
        let plain = station.replacing("\t", with: " ").replacing("\u{7}", with: " ")
        #expect(try MessageReader.decodedWords(mail["Subject"] ?? "") == "【試験】\(plain) 1/25 06:00")
        for word in mail.headerLines.joined(separator: " ").split(separator: " ") where word.hasPrefix("=?") {
            #expect(word.utf8.count <= 75)
        }
    }

    @Test(arguments: ["a\r\nBcc: x@y.example", "a\nBcc: x@y.example", "a\r\n\r\nbody", "\u{85}a"])
    func `no text can begin another header`(_ text: String) throws {
        let mail = try Self.read(Self.intent(station: text), by: Self.composer(name: text))
        #expect(mail.headers.map(\.name).count == 9)
        #expect(mail["Bcc"] == nil)
    }

    @Test func `an ASCII sender is quoted where it needs it`() throws {
        let mail = try Self.read(Self.intent(), by: Self.composer(name: #"Water "works", city"#))
        #expect(mail["From"] == #""Water \"works\", city" <mizumori@city.example>"#)
    }

    @Test func `text for people is not HTML`() throws {
        let body = try Self.read(Self.intent(station: "A & B <C>"), by: Self.composer()).body
        #expect(body.contains("station=A & B <C>"))
    }

    @Test func `a mail is composed twice into the same bytes`() throws {
        #expect(try Self.composer().compose(Self.intent()) == Self.composer().compose(Self.intent()))
    }

    @Test(arguments: [["nobody"], [], ["duty@city.example", "a b@c"], ["a@b\r\nBcc: c@d"]])
    func `a recipient that is no address is refused for good`(_ recipients: [String]) throws {
        let composer = try Self.composer()
        let error = #expect(throws: MailError.self) {
            try composer.compose(Self.intent(recipients: recipients))
        }
        #expect(error?.code == .permanent)
    }

    @Test(arguments: ["a@b", "<>", "<a@b>\r\nX: y", "<a b@c>"])
    func `a malformed Message-ID is refused for good`(_ messageID: String) throws {
        let composer = try Self.composer()
        let intent = MailIntent(
            messageID: messageID,
            purpose: .test,
            recipients: ["a@b"],
            createdAt: Self.sixInTheMorning,
            facts: MailFacts(testOf: "x", at: Self.sixInTheMorning)
        )
        let error = #expect(throws: MailError.self) { try composer.compose(intent) }
        #expect(error?.code == .permanent)
    }

    @Test(arguments: Finding.Kind.allCases)
    func `a leak is only ever suspected, and nothing tells of absence`(_ kind: Finding.Kind) throws {
        let mail = try Self.read(Self.intent(Self.finding(kind)), by: Self.composer())
        let text = try MessageReader.decodedWords(mail["Subject"] ?? "") + mail.body
        let rest = text.replacing("漏水疑い", with: "").replacing("推定漏水量", with: "")
        #expect(!rest.contains("漏水"), "\(text)")
        for word in ["空き家", "不在", "不使用", "閉栓", "vacant", "西山町", "住所", "氏名"] {
            #expect(!text.contains(word), "\(text)")
        }
        #expect(text.contains("next_steps=1. "))
    }

    @Test func `what has no rate, volume or calibre leaves their sections out`() throws {
        let finding = Finding(
            subject: .path(Path.ID("line-a")),
            kind: .pathDown,
            startedAt: Self.sixInTheMorning,
            dataUntil: Self.sixInTheMorning,
            rule: "path/1",
            coverage: .none
        )
        let facts = MailFacts(
            of: finding,
            severity: .maintenance,
            point: nil,
            station: "柏崎市水道",
            at: Self.sixInTheMorning
        )
        let draft = MailDraft(
            recipients: ["a@b"],
            host: "gateway.example",
            createdAt: Self.sixInTheMorning,
            facts: facts
        )
        let body = try Self.read(draft.intent(for: Incident.ID(1)), by: Self.composer()).body
        for key in ["rate_lph", "volume_l", "calibre_mm"] {
            #expect(!body.contains(key))
        }
        #expect(body.contains("place=line-a"))
    }

    @Test(arguments: [
        (Int64(400), "rate_lph=0.4"), (9_949, "rate_lph=9.9"), (9_950, "rate_lph=10.0"),
        (12_499, "rate_lph=12"),
        (1_575_500, "rate_lph=1,576"), (1_000_000_000, "rate_lph=1,000,000"),
    ])
    func `a rate is rounded once, to a tenth below ten litres an hour`(_ rate: Int64, _ line: String) throws {
        let finding = Self.finding(rate: .millilitresPerHour(rate))
        let body = try Self.read(Self.intent(finding), by: Self.composer()).body
        #expect(body.contains(line + "\r\n"), "\(body)")
    }

    @Test func `the shipped wordings load, and the leak mail reads as it should`() throws {
        let templates = try ShippedTemplates.load()
        let sender = MailSender(name: "水守", address: try #require(MailAddress("mizumori@city.example")))
        let mail = try Self.read(Self.intent(), by: MessageComposer(templates: templates, sender: sender))
        #expect(
            try MessageReader.decodedWords(mail["Subject"] ?? "")
                == "【漏水疑い・警告】S-00017 (20mm) 1/25 06:00検知"
        )
        let body = try mail.body
        for line in [
            "管理番号: S-00017", "口径: 20 mm", "種別: 漏水疑い (警告)", "検知規則: continuous-flow/1",
            "開始(推定): 1月24日 05:00", "データ時刻: 1月25日 05:00", "検知時刻: 1月25日 06:00",
            "最小流量: 12 L/h (288 L/日)", "推定漏水量: 300 L (0.30 m3)", "取得率: 98.5 %", "次の行動:",
        ] {
            #expect(body.contains("\r\n" + line + "\r\n"), "\(line) in\n\(body)")
        }
    }
}
