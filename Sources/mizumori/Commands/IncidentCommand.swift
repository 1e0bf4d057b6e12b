import Console
import Alerting
import ArgumentParser
import Gateway
import Metering
import Storage

/// Incidents from the shell.
struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "Incidents.",
        subcommands: [List.self, Acknowledge.self, Close.self]
    )

    /// What is open, and what was.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What is open; with --all, what was.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Flag(help: "The closed ones too.") var all = false

        struct Document: Encodable {
            let schema = "mizumori.incident.list/1"
            let incidents: [Entry]
        }

        struct Entry: Encodable {
            let id: String
            let subject: String
            let kind: String
            let severity: String
            let state: String
            @OrNull var closeReason: String?
            let startedAt: String
            let openedAt: String
            let dataUntil: String
            @OrNull var closedAt: String?
            @OrNull var rateLPerHour: Int64?
            @OrNull var volumeL: Int64?
            let rule: String
            let coveragePermille: Int64
            @OrNull var partner: String?
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let store = try await folders.visitedStore(voice)
            let incidents = try await store.incidents(currentOnly: !all)
            let document = Document(incidents: incidents.map(Entry.init))
            try voice.say(document, orText: text(incidents, voice))
        }

        private func text(_ incidents: [Incident], _ voice: Voice) -> String {
            guard !incidents.isEmpty else { return voice.phrase("Nothing is open.", "未解決の件はありません。") }
            var table = TextTable(
                [
                    voice.phrase("incident", "番号"), voice.phrase("where", "対象"), voice.phrase("what", "内容"),
                    voice.phrase("severity", "重要度"), voice.phrase("since", "開始(推定)"), "L/h",
                    voice.phrase("state", "状態"),
                ],
                rightAligned: [5]
            )
            for incident in incidents {
                table.append([
                    incident.id.description,
                    incident.subject.name + (incident.partner.map { " / \($0)" } ?? ""),
                    voice.phrase(incident.kind.rawValue, incident.kind.japanese),
                    voice.phrase(incident.severity.rawValue, incident.severity.japanese),
                    incident.startedAt.japaneseDescription,
                    incident.rate.map { "\($0.roundedLitresPerHour)" } ?? "",
                    voice.phrase(incident.state.word, incident.state.japanese),
                ])
            }
            return table.render()
        }
    }

    /// Notes that somebody has taken an incident on.
    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Note that somebody has taken it on.")

        @OptionGroup var folders: FolderOptions
        @Argument(help: "INC-000123") var incident: String
        @Option(help: "What is known so far.") var note = ""

        func run() async throws {
            let voice = Voice(json: false)
            let id = try incidentID(incident, voice)
            let store = try await folders.visitedStore(voice)
            try await store.acknowledge(id, by: presentPerson(), note: note, at: presentInstant())
            voice.tell("\(id) is taken on.", "\(id) を対応中にしました。")
        }
    }

    /// Closes an incident for a reason.
    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close it for a reason.")

        @OptionGroup var folders: FolderOptions
        @Argument(help: "INC-000123") var incident: String
        @Option(help: "repaired, usage, false_alarm or unconfirmed.") var reason: String
        @Option(help: "What was found.") var note = ""

        func run() async throws {
            let voice = Voice(json: false)
            let id = try incidentID(incident, voice)
            guard let reason = Incident.CloseReason(rawValue: reason), reason != .recovered else {
                voice.tell(
                    "--reason: repaired, usage, false_alarm or unconfirmed",
                    "--reason: repaired (修繕済)、usage (使用実態)、false_alarm (誤報)、unconfirmed (未確認)"
                )
                throw ExitCode.refused
            }
            let store = try await folders.visitedStore(voice)
            try await store.close(id, reason, by: presentPerson(), note: note, at: presentInstant())
            voice.tell("\(id) is closed.", "\(id) を終了しました。")
        }
    }
}

private func incidentID(_ text: String, _ voice: Voice) throws -> Incident.ID {
    guard let id = Incident.ID(text) else {
        voice.tell(
            "expected a number such as INC-000123, found \(text)",
            "INC-000123 のような番号が必要ですが、\(text) があります"
        )
        throw ExitCode.refused
    }
    return id
}

extension IncidentCommand.List.Entry {
    fileprivate init(_ incident: Incident) {
        id = incident.id.description
        subject = incident.subject.description
        kind = incident.kind.rawValue
        severity = incident.severity.rawValue
        state = incident.state.word
        if case .closed(let reason) = incident.state {
            closeReason = reason.rawValue
        } else {
            closeReason = nil
        }
        startedAt = incident.startedAt.description
        openedAt = incident.openedAt.description
        dataUntil = incident.dataUntil.description
        closedAt = incident.closedAt?.description
        rateLPerHour = incident.rate?.roundedLitresPerHour
        volumeL = incident.volume?.roundedLitres
        rule = incident.rule
        coveragePermille = incident.coverage.permille
        partner = incident.partner?.rawValue
    }
}

extension Incident.State {
    fileprivate var word: String {
        switch self {
        case .open: "open"
        case .acknowledged: "acknowledged"
        case .closed: "closed"
        }
    }

    fileprivate var japanese: String {
        switch self {
        case .open: "未対応"
        case .acknowledged: "対応中"
        case .closed: "終了"
        }
    }
}
