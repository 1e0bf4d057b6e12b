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

        struct Document: Encodable {
            let schema = "mizumori.profile.test/1"
            let models: [Model]
        }

        struct Model: Encodable {
            let model: String
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
            let models = try load(voice).map(ProfileCommand.Test.model)
            try voice.say(Document(models: models), orText: text(models, voice))
            if models.contains(where: { !$0.failed.isEmpty }) { throw ExitCode.refused }
        }

        private func load(_ voice: Voice) throws -> [MeterProfile] {
            do throws(SettingsProblems) {
                return try files.isEmpty
                    ? MeterModels.load(folder: folders.meters) : MeterModels.load(files: files)
            } catch {
                try voice.refuse(error, command: "profile.test")
            }
        }

        private static func model(_ profile: MeterProfile) -> Model {
            let proof = ProfileProof(profile: profile)
            return Model(
                model: profile.id.rawValue,
                examples: profile.examples.count,
                values: proof.valueCount,
                failed: proof.mismatches().map {
                    Failure(example: $0.example, field: $0.field, expected: $0.expected, found: $0.found)
                }
            )
        }

        private func text(_ models: [Model], _ voice: Voice) -> String {
            models.map { model in
                let failures = model.failed.map { failure in
                    "  \(failure.example), \(failure.field): "
                        + voice.phrase(
                            "expected \(failure.expected), found \(failure.found)",
                            "期待値 \(failure.expected)、結果 \(failure.found)"
                        )
                }
                let passed = model.values - model.failed.count
                let summary = voice.phrase(
                    "\(model.model): \(passed) of \(model.values) values in \(model.examples) examples are right",
                    "\(model.model): 例 \(model.examples) 件の値 \(model.values) 個のうち \(passed) 個が一致"
                )
                return ([summary] + failures).joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }
}
