import ArgumentParser
import Decoding
import Foundation
import Gateway
import Metering
import Storage

extension ImportCommand {
    /// One file of readings by a layout, as the watched folders take them.
    struct FeedFileCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "feed-file",
            abstract: "One file of readings by a layout; refused whole, or its bad rows quarantined."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "The file; its .sha256 beside it where the layout asks for one.") var file: String
        @Option(help: "The layout's id, as in config/layouts.") var layout: String

        struct Document: Encodable {
            let schema = "mizumori.import.feed_file/1"
            let file: String
            let isRefused: Bool
            let isKnown: Bool
            let stored: Int
            let duplicates: Int
            let repeated: Int
            let missing: Int
            let quarantined: Int
            let errors: [ProblemDocument]
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let configuration = try folders.configuration(voice, command: "import.feed_file")
            let layout = try known(configuration, voice)
            let content = try bytes(of: file, voice)
            let sum = layout.hasChecksum ? FileManager.default.contents(atPath: file + ".sha256") : nil
            let store = try await folders.visitedStore(voice)
            try await store.registerPilot(of: configuration)
            let now = presentInstant()
            let outcome = try await FileIntake(store: store) { configuration.pilot }.take(
                FeedFile(
                    name: URL(fileURLWithPath: file).lastPathComponent,
                    bytes: content,
                    checksum: sum.map { String(decoding: $0, as: UTF8.self) },
                    receivedAt: now
                ),
                by: layout,
                from: configuration.path(ofFilesBy: layout),
                at: now
            )
            try tell(outcome, voice)
        }

        private func known(_ configuration: Configuration, _ voice: Voice) throws -> FeedLayout {
            guard let layout = configuration.layouts.first(where: { $0.id.rawValue == layout }) else {
                let known = configuration.layouts.map(\.id.rawValue).joined(separator: ", ")
                voice.tell(
                    "\(layout): no layout of this name; there are: \(known)",
                    "\(layout): 該当するレイアウトがありません(レイアウト: \(known))"
                )
                throw ExitCode.refused
            }
            return layout
        }

        private func tell(_ outcome: FileIntake.Outcome, _ voice: Voice) throws {
            let document = Document(file: file, outcome)
            for error in document.errors {
                let place = "\(error.file)\(error.line.map { ":\($0)" } ?? "")"
                voice.tell(
                    "\(place): \(error.field): expected \(error.expected), found \(error.found)",
                    "\(place): \(error.field): \(RejectionReason(error.expected).japanese) が必要ですが、\(RejectionReason.plain(error.found)) があります"
                )
            }
            try voice.say(document, orText: text(document, voice))
            if !document.errors.isEmpty { throw ExitCode.refused }
        }

        private func text(_ document: Document, _ voice: Voice) -> String {
            guard !document.isRefused else {
                return voice.phrase(
                    "\(file): refused whole; nothing was stored",
                    "\(file): ファイル全体を受け付けませんでした。何も保存していません"
                )
            }
            let again = document.isKnown ? voice.phrase(" (taken before)", "(取込済みのファイル)") : ""
            return voice.phrase(
                "\(file): \(document.stored) stored, \(document.duplicates) known already, "
                    + "\(document.repeated) repeated, \(document.missing) missing, "
                    + "\(document.quarantined) in quarantine",
                "\(file): 保存 \(document.stored) 件、既知 \(document.duplicates) 件、重複行 \(document.repeated) 件、"
                    + "欠測 \(document.missing) 件、保留 \(document.quarantined) 件"
            ) + again
        }
    }
}

extension ImportCommand.FeedFileCommand.Document {
    fileprivate init(file: String, _ outcome: FileIntake.Outcome) {
        self.file = file
        switch outcome {
        case .taken(let tally):
            isRefused = false
            isKnown = tally.isKnown
            stored = tally.readings.stored
            duplicates = tally.readings.duplicates
            repeated = tally.repeated
            missing = tally.missing
            quarantined = tally.readings.quarantined
            errors = tally.rejections.map(ProblemDocument.init)
        case .refused(let refusal):
            isRefused = true
            isKnown = false
            (stored, duplicates, repeated, missing, quarantined) = (0, 0, 0, 0, 1)
            errors = [ProblemDocument(refusal.rejection(of: file))]
        }
    }
}
