import Acquisition
import Alerting
import Mail
import Metering
import Settings

/// Reads `gateway.yaml` and `mail.yaml`.
struct GatewayFile {
    let secrets: Secrets
    let files: FilesSection

    /// - Returns: nil when something required is missing; the files have the problems.
    func settings(in gateway: SettingsFile, mail: SettingsFile?) -> GatewaySettings? {
        let root = gateway.root
        root.checkFormat()
        let station = root.requiredText("station")
        let console = root.section("console")
        let polling = root.section("polling")
        let lines = root.sections("lines").compactMap(line)
        reportRepeats(lines.map(\.id.rawValue), in: root.sections("lines"), key: "id")
        let feedSection = root.section("feed")
        let feed = feedSection.flatMap { FeedSection(secrets: secrets).settings(in: $0) }
        let delay = feedSection?.integer("delay_hours", in: 1...240) ?? 30
        let folders = files.folders(root)
        reportRepeats(folders.map(\.id.rawValue), in: root.sections("files"), key: "id")
        let push = root.section("push").flatMap(push)
        let host = console?.text("host") ?? "127.0.0.1"
        let port = console?.integer("port", in: 0...65_535) ?? 8_080
        let pollSeconds = polling?.integer("interval_seconds", in: 1...86_400) ?? 3_600
        let recorder = root.section("recorder")
        let recorderMegabytes = recorder?.integer("megabytes", in: 0...10_000) ?? 64
        recorder?.finish()
        let retention = RetentionSection.settings(in: root)
        console?.finish()
        polling?.finish()
        feedSection?.finish()
        root.finish()
        let mailSettings = mail.flatMap { self.mail($0.root) }
        guard let station else { return nil }
        return GatewaySettings(
            station: station,
            console: GatewaySettings.ConsoleAddress(host: host, port: port),
            lines: lines,
            pollSeconds: pollSeconds,
            recorderMegabytes: recorderMegabytes,
            feed: feed,
            feedDelayHours: delay,
            folders: folders,
            push: push,
            mail: mailSettings,
            retention: retention
        )
    }

    private func push(_ section: Section) -> GatewaySettings.Push? {
        let secret = secrets.secret("secret", in: section)
        let window = section.integer("window_seconds", in: 30...3_600) ?? 300
        let megabytes = section.integer("body_megabytes", in: 1...256) ?? 16
        section.finish()
        let isNamed = section.has("secret_env") || section.has("secret_file")
        guard let secret, secret.utf8.count >= 16 else {
            // A variable or a file that can't be read has been told.
            if secret != nil || !isNamed {
                section.problem(
                    at: isNamed ? nil : "secret_env",
                    .other(
                        english: "a secret of at least 16 characters, by secret_env or secret_file",
                        japanese: "secret_env か secret_file による16文字以上の共有鍵"
                    ),
                    found: isNamed ? "a shorter one" : "nothing"
                )
            }
            return nil
        }
        return GatewaySettings.Push(
            secret: secret,
            windowSeconds: Int64(window),
            mostBytes: megabytes * 1_024 * 1_024
        )
    }

    private func line(_ section: Section) -> LineSettings? {
        let id = section.requiredText("id")
        let timeout = section.integer("response_timeout_ms", in: 20...60_000) ?? 1_000
        let least = section.integer("least_timeout_ms", in: 5...60_000) ?? 100
        let turnaround = section.integer("turnaround_ms", in: 0...10_000) ?? 0
        let late = section.integer("late_answers_ms", in: 100...600_000)
        let transport = transport(section)
        section.finish()
        guard let id, let transport else { return nil }
        return LineSettings(
            id: Path.ID(id),
            transport: transport,
            responseTimeout: .milliseconds(timeout),
            leastTimeout: .milliseconds(least),
            turnaround: .milliseconds(turnaround),
            lateAnswers: late.map { .milliseconds($0) }
        )
    }

    private func transport(_ section: Section) -> LineSettings.Transport? {
        let kind = section.choice("transport", ["serial", "tcp", "rtu_over_tcp"])
        guard section.has("transport") else {
            section.problem(at: "transport", .required)
            return nil
        }
        switch kind {
        case "serial": return serial(section)
        case "tcp", "rtu_over_tcp":
            let host = section.requiredText("host")
            let port = section.integer("port", in: 1...65_535) ?? 502
            guard let host else { return nil }
            return kind == "tcp" ? .tcp(host: host, port: port) : .rtuOverTCP(host: host, port: port)
        default:
            // Whichever way was meant, its keys are no further mistakes.
            for key in ["device", "baud", "parity", "stop_bits", "rs485", "host", "port"] {
                _ = section.has(key)
            }
            return nil
        }
    }

    private func serial(_ section: Section) -> LineSettings.Transport? {
        let device = section.requiredText("device")
        let baud = section.choice("baud", SerialSettings.bauds.map(String.init)).flatMap { Int($0) } ?? 9_600
        let isDriven = section.flag("rs485") ?? false
        let parity = section.choice("parity", SerialSettings.Parity.allCases.map(\.rawValue))
        let stopBits = section.integer("stop_bits", in: 1...2) ?? 1
        guard let device else { return nil }
        return .serial(
            SerialSettings(
                device: device,
                baud: baud,
                parity: parity.flatMap(SerialSettings.Parity.init) ?? .none,
                stopBits: stopBits,
                isRS485Driven: isDriven
            )
        )
    }

    private func mail(_ root: Section) -> MailSettings? {
        root.checkFormat()
        let smtp = root.requiredSection("smtp")
        let server = smtp.flatMap(server)
        let sender = sender(root)
        let recipients = root.requiredSection("recipients").map(recipients) ?? [:]
        let seconds = root.integer("outbox_seconds", in: 1...3_600) ?? 30
        smtp?.finish()
        root.finish()
        guard let server, let sender else { return nil }
        return MailSettings(server: server, sender: sender, recipients: recipients, outboxSeconds: seconds)
    }

    private func server(_ section: Section) -> SMTPSettings? {
        let host = section.requiredText("host")
        let port = section.integer("port", in: 1...65_535) ?? 587
        let words = SMTPSettings.Security.allCases.map(\.rawValue)
        let security = section.choice("security", words).flatMap(SMTPSettings.Security.init) ?? .startTLS
        let user = section.text("user")
        let password = secrets.secret("password", in: section)
        let certificates = section.text("certificate_file")
        guard let host else { return nil }
        if user != nil, password == nil {
            section.problem(
                at: "user",
                .other(
                    english: "a password with it, by password_env or password_file",
                    japanese: "password_env か password_file による暗証"
                )
            )
        }
        let login = user.flatMap { user in password.map { SMTPSettings.Login(user: user, password: $0) } }
        return SMTPSettings(
            host: host,
            port: port,
            security: security,
            login: login,
            certificateFile: certificates
        )
    }

    private func sender(_ root: Section) -> MailSender? {
        guard let text = root.requiredText("from") else { return nil }
        guard let address = MailAddress(text) else {
            root.problem(at: "from", .other(english: "a mail address", japanese: "メールアドレス"))
            return nil
        }
        return MailSender(name: root.text("from_name") ?? "水守", address: address)
    }

    private func recipients(_ section: Section) -> [Severity: [String]] {
        var recipients: [Severity: [String]] = [:]
        for severity in Severity.allCases {
            let addresses = section.texts(severity.rawValue) ?? []
            for address in addresses where MailAddress(address) == nil {
                section.problem(
                    at: severity.rawValue,
                    .other(english: "mail addresses", japanese: "メールアドレス"),
                    found: "'\(address)'"
                )
            }
            recipients[severity] = addresses
        }
        section.finish()
        return recipients
    }

    private func reportRepeats(_ names: [String], in sections: [Section], key: String) {
        var seen: Set<String> = []
        for (name, section) in zip(names, sections) where !seen.insert(name).inserted {
            section.problem(at: key, .once, found: "'\(name)' again")
        }
    }
}

extension Section {
    /// Every file says which format it is written in.
    func checkFormat() {
        _ = requiredInteger("format", in: 1...1)
    }
}
