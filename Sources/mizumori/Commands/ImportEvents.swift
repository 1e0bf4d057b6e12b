import ArgumentParser
import Foundation
import Gateway
import Metering
import Storage

extension ImportCommand {
    /// Events of people by the columns `service_point,kind,at,by,reason`.
    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Rows of service_point,kind,at,by,reason, optional until,index_m3,detail,area; all or nothing."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A CSV file in UTF-8 or CP932.") var file: String

        func run() async throws {
            try await ImportCommand.importEvents(file, folders, Voice(json: speech.json))
        }
    }

    /// Hand readings by the columns `service_point,at,index_m3,by`.
    struct HandReadings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand_readings",
            abstract: "Rows of service_point,at,index_m3,by, optional reason (目視検針); all or nothing."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A CSV file in UTF-8 or CP932.") var file: String

        func run() async throws {
            try await ImportCommand.importEvents(
                file,
                folders,
                Voice(json: speech.json),
                isHandReadings: true
            )
        }
    }

    /// What importing events prints as JSON.
    struct EventsDocument: Encodable {
        let schema = "mizumori.import/1"
        let file: String
        let stored: Int
        let duplicates: Int
        let held: Int
        let errors: [ProblemDocument]
    }

    private static func importEvents(
        _ file: String,
        _ folders: FolderOptions,
        _ voice: Voice,
        isHandReadings: Bool = false
    ) async throws {
        let content = try bytes(of: file, voice)
        let (configuration, store) = try await folders.registered(voice, command: "import")
        let outcome = try await EventBook(pilot: configuration.pilot, store: store).importFile(
            content,
            named: URL(fileURLWithPath: file).lastPathComponent,
            isHandReadings: isHandReadings,
            at: presentInstant()
        )
        let document = EventsDocument(
            file: file,
            stored: outcome.new,
            duplicates: outcome.known,
            held: outcome.held,
            errors: outcome.rejections.map(ProblemDocument.init)
        )
        for rejection in outcome.rejections { voice.tell(rejection) }
        try voice.say(
            document,
            orText: outcome.rejections.isEmpty
                ? voice.phrase(
                    "\(file): \(outcome.new) stored, \(outcome.known) known already, \(outcome.held) held",
                    "\(file): 保存 \(outcome.new) 件、既知 \(outcome.known) 件、要確認 \(outcome.held) 件"
                )
                : voice.phrase(
                    "\(file): nothing stored, \(outcome.rejections.count) errors",
                    "\(file): 誤り \(outcome.rejections.count) 件のため、何も保存していません"
                )
        )
        if !outcome.rejections.isEmpty { throw ExitCode.refused }
    }
}
