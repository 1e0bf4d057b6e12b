import ArgumentParser
import Settings

/// How the examples came out that stand in one file of data: a meter model, or a layout.
struct ExampleTest {
    let name: String
    let examples: Int
    let values: Int
    let failed: [Failure]

    /// A value that came out otherwise.
    struct Failure: Encodable {
        let example: String
        let field: String
        let expected: String
        let found: String
    }
}

/// How the examples of several files came out, as `KIND test` tells it.
struct ExampleTests: Encodable {
    /// What the files are: `model`.
    let kind: String
    /// The command: `profile.test`.
    let command: String
    let tests: [ExampleTest]

    /// Tells every file, and ends the command with exit code 2 where a value came out otherwise.
    func tell(_ voice: Voice) throws {
        try voice.say(self, orText: tests.map { text(of: $0, voice) }.joined(separator: "\n"))
        if tests.contains(where: { !$0.failed.isEmpty }) { throw ExitCode.refused }
    }

    private func text(of test: ExampleTest, _ voice: Voice) -> String {
        let passed = test.values - test.failed.count
        let summary = voice.phrase(
            "\(test.name): \(passed) of \(test.values) values in \(test.examples) examples are right",
            "\(test.name): 例 \(test.examples) 件の値 \(test.values) 個のうち \(passed) 個が一致"
        )
        let failures = test.failed.map { failure in
            "  \(failure.example), \(failure.field): "
                + voice.phrase(
                    "expected \(failure.expected), found \(failure.found)",
                    "期待値 \(failure.expected)、結果 \(failure.found)"
                )
        }
        return ([summary] + failures).joined(separator: "\n")
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: Key.self)
        try document.encode("mizumori.\(command)/1", forKey: Key(stringValue: "schema"))
        var list = document.nestedUnkeyedContainer(forKey: Key(stringValue: kind + "s"))
        for test in tests {
            var entry = list.nestedContainer(keyedBy: Key.self)
            try entry.encode(test.name, forKey: Key(stringValue: kind))
            try entry.encode(test.examples, forKey: Key(stringValue: "examples"))
            try entry.encode(test.values, forKey: Key(stringValue: "values"))
            try entry.encode(test.failed, forKey: Key(stringValue: "failed"))
        }
    }
}

extension Voice {
    /// Files of data by their names, or those of their folder; every problem of theirs ends the command.
    func loading<Value>(
        _ files: [String],
        command: String,
        from load: ([String]) throws(SettingsProblems) -> [Value]
    ) throws -> [Value] {
        do throws(SettingsProblems) {
            return try load(files)
        } catch {
            try refuse(error, command: command)
        }
    }
}
