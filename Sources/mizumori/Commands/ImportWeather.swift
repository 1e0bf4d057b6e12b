import ArgumentParser
import Foundation
import Gateway
import Metering
import Storage

extension ImportCommand {
    /// Outdoor temperatures by the columns `timestamp,temp_c`, or `date,tmin_c,tmax_c`.
    struct Weather: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows of timestamp,temp_c or date,tmin_c,tmax_c, with an optional station."
        )

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions
        @Argument(help: "A CSV file in UTF-8.") var file: String
        @Option(help: "Where it was measured, for rows that do not say so.") var station: String?

        struct Document: Encodable {
            let schema = "mizumori.import/1"
            let file: String
            let stored: Int
            let revised: Int
            let duplicates: Int
            let quarantined: Int
            let errors: [ProblemDocument]
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let content = try bytes(of: file, voice)
            let store = try await folders.visitedStore(voice)
            let (tally, rejections) = try await voice.refusing {
                try await WeatherImport(store: store).take(
                    content,
                    named: URL(fileURLWithPath: file).lastPathComponent,
                    station: station.flatMap { $0.isEmpty ? nil : WeatherStation.ID($0) },
                    at: presentInstant()
                )
            }
            for rejection in rejections { voice.tell(rejection) }
            let document = Document(
                file: file,
                stored: tally.stored,
                revised: tally.revised,
                duplicates: tally.duplicates,
                quarantined: rejections.count,
                errors: rejections.map(ProblemDocument.init)
            )
            try voice.say(
                document,
                orText: voice.phrase(
                    "\(file): \(tally.stored) stored (\(tally.revised) corrections), \(tally.duplicates) known already, "
                        + "\(rejections.count) in quarantine",
                    "\(file): 保存 \(tally.stored) 件 (うち訂正 \(tally.revised) 件)、既知 \(tally.duplicates) 件、"
                        + "保留 \(rejections.count) 件"
                )
            )
            if !rejections.isEmpty { throw ExitCode.refused }
        }
    }
}
