import Storage
import ArgumentParser
import Foundation
import Gateway
import Metering

/// Takes files into the store.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take files into the store.",
        subcommands: [
            Readings.self, Exchanges.self, Events.self, HandReadings.self, Weather.self, FeedFileCommand.self,
        ]
    )

    struct Document: Encodable {
        let schema = "mizumori.import/1"
        let file: String
        let stored: Int
        let duplicates: Int
        let quarantined: Int
        /// Inside an erased span.
        let refused: Int
        let empty: Int
        let errors: [ProblemDocument]
    }

    /// Readings by the columns `meter_id,timestamp,index_l,status,received_at`.
    struct Readings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of meter_id,timestamp,index_l,status,received_at; bad rows are quarantined."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A CSV file in UTF-8.") var file: String

        func run() async throws {
            let voice = Voice(json: speech.json)
            let pieces = try FilePieces(file, voice)
            let (configuration, store) = try await folders.registered(voice, command: "import")
            let progress = ImportProgress(size: pieces.size, voice)
            let outcome = try await voice.importing {
                try await Importing(pilot: configuration.pilot, store: store)
                    .readings(
                        named: URL(fileURLWithPath: file).lastPathComponent,
                        at: presentInstant(),
                        next: { try pieces.next() },
                        progress: { progress.show($0) }
                    )
            }
            progress.finish()
            let document = Document(
                file: file,
                stored: outcome.tally.stored,
                duplicates: outcome.tally.duplicates,
                quarantined: outcome.tally.quarantined,
                refused: outcome.tally.refused,
                empty: outcome.empty,
                errors: outcome.rejections.map(ProblemDocument.init)
            )
            try ImportCommand.tell(document, outcome.rejections, voice)
        }
    }

    /// Announced exchanges by the columns `meter_id,at,final_index_l,initial_index_l,new_serial`.
    struct Exchanges: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of meter_id,at,final_index_l,initial_index_l,new_serial."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A CSV file in UTF-8.") var file: String

        func run() async throws {
            let voice = Voice(json: speech.json)
            let content = try bytes(of: file, voice)
            let (configuration, store) = try await folders.registered(voice, command: "import")
            let (new, rejections) = try await Importing(pilot: configuration.pilot, store: store)
                .exchanges(
                    content,
                    named: URL(fileURLWithPath: file).lastPathComponent,
                    by: presentPerson(),
                    at: presentInstant()
                )
            let document = Document(
                file: file,
                stored: new,
                duplicates: 0,
                quarantined: rejections.count,
                refused: 0,
                empty: 0,
                errors: rejections.map(ProblemDocument.init)
            )
            try ImportCommand.tell(document, rejections, voice)
        }
    }

    private static func tell(_ document: Document, _ rejections: [Rejection], _ voice: Voice) throws {
        for rejection in rejections { voice.tell(rejection) }
        try voice.say(
            document,
            orText: voice.phrase(
                "\(document.file): \(document.stored) stored, \(document.duplicates) known already, "
                    + "\(document.empty) without a value, \(document.quarantined) in quarantine"
                    + (document.refused > 0 ? ", \(document.refused) refused (erased, or over)" : ""),
                "\(document.file): 保存 \(document.stored) 件、既知 \(document.duplicates) 件、値なし \(document.empty) 件、"
                    + "保留 \(document.quarantined) 件"
                    + (document.refused > 0 ? "、消去済みまたは保存期間経過のため拒否 \(document.refused) 件" : "")
            )
        )
        if !rejections.isEmpty { throw ExitCode.refused }
    }
}

extension Voice {
    /// A full export that comes into a store with other data is refused; whatever else fails, fails.
    fileprivate func importing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as StoreError where error.code == .conflicting {
            tell("\(error)", "全項目の書き出しファイルは空の保存データにのみ取り込めます (\(error))")
            throw ExitCode.refused
        }
    }
}
