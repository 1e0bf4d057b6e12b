import ArgumentParser
import Decoding
import Gateway
import Metering
import Settings

/// Layouts of files of readings: their own proof.
struct LayoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layout",
        abstract: "Layouts of files of readings.",
        subcommands: [Test.self]
    )

    /// Runs the examples that stand in the layouts.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run the examples of the layouts.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions

        @Argument(help: "Layout files; all of the folder config/layouts when none is named.")
        var files: [String] = []

        struct Document: Encodable {
            let schema = "mizumori.layout.test/1"
            let layouts: [Layout]
        }

        struct Layout: Encodable {
            let layout: String
            let examples: Int
            let values: Int
            let failed: [Failure]
        }

        struct Failure: Encodable {
            let example: String
            let field: String
            let expected: String
            let found: String
        }

        func run() async throws {
            let voice = Voice(json: speech.json)
            let layouts = try load(voice).map(LayoutCommand.Test.layout)
            try voice.say(Document(layouts: layouts), orText: text(layouts, voice))
            if layouts.contains(where: { !$0.failed.isEmpty }) { throw ExitCode.refused }
        }

        private func load(_ voice: Voice) throws -> [FeedLayout] {
            do throws(SettingsProblems) {
                return try files.isEmpty
                    ? FeedLayouts.load(folder: folders.config) : FeedLayouts.load(files: files)
            } catch {
                try voice.refuse(error, command: "layout.test")
            }
        }

        private static func layout(_ layout: FeedLayout) -> Layout {
            let proof = LayoutProof(layout)
            return Layout(
                layout: layout.id.rawValue,
                examples: layout.examples.count,
                values: proof.valueCount,
                failed: proof.mismatches().map {
                    Failure(example: $0.example, field: $0.field, expected: $0.expected, found: $0.found)
                }
            )
        }

        private func text(_ layouts: [Layout], _ voice: Voice) -> String {
            layouts.map { layout in
                let failures = layout.failed.map { failure in
                    "  \(failure.example), \(failure.field): "
                        + voice.phrase(
                            "expected \(failure.expected), found \(failure.found)",
                            "期待値 \(failure.expected)、結果 \(failure.found)"
                        )
                }
                let summary = voice.phrase(
                    "\(layout.layout): \(layout.values) values in \(layout.examples) examples, "
                        + "\(layout.failed.count) came out otherwise",
                    "\(layout.layout): 例 \(layout.examples) 件の値 \(layout.values) 個、不一致 \(layout.failed.count) 個"
                )
                return ([summary] + failures).joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }
}
