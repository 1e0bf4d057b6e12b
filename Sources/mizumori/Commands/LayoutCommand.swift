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

        func run() async throws {
            let voice = Voice(json: speech.json)
            let command = "layout.test"
            let layouts = try voice.loading(files, command: command) { files throws(SettingsProblems) in
                try files.isEmpty ? FeedLayouts.load(folder: folders.config) : FeedLayouts.load(files: files)
            }
            let tests = layouts.map { layout in
                let proof = LayoutProof(layout)
                return ExampleTest(
                    name: layout.id.rawValue,
                    examples: layout.examples.count,
                    values: proof.valueCount,
                    failed: proof.mismatches().map {
                        ExampleTest.Failure(
                            example: $0.example,
                            field: $0.field,
                            expected: $0.expected,
                            found: $0.found
                        )
                    }
                )
            }
            try ExampleTests(kind: "layout", command: command, tests: tests).tell(voice)
        }
    }
}
