import ArgumentParser
import Decoding
import Gateway
import Metering
import Settings

/// Meter models: their own proof.
struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Meter models.",
        subcommands: [Test.self, ProfileDecode.self, ProfileVerify.self]
    )

    /// Runs the examples that stand in the models.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run the examples of the meter models.")

        @OptionGroup var folders: FolderOptions
        @OptionGroup var speech: SpeechOptions

        @Argument(help: "Model files; all of the folder meters/models when none is named.")
        var files: [String] = []

        func run() async throws {
            let voice = Voice(json: speech.json)
            let command = "profile.test"
            let models = try voice.loading(files, command: command) { files throws(SettingsProblems) in
                try files.isEmpty ? MeterModels.load(folder: folders.meters) : MeterModels.load(files: files)
            }
            let tests = models.map { model in
                let proof = ProfileProof(profile: model)
                return ExampleTest(
                    name: model.id.rawValue,
                    examples: model.examples.count,
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
            try ExampleTests(kind: "model", command: command, tests: tests).tell(voice)
        }
    }
}
