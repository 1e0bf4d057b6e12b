import Console
import ArgumentParser
import Gateway
import Metering
import Settings
import Storage

/// How commands end: exit codes, and the words for what was refused.
extension ExitCode {
    /// Refused input, or a check that does not hold.
    static let refused = ExitCode(2)
}

/// One problem, as `--json` prints it.
struct ProblemDocument: Encodable {
    let file: String
    @OrNull var line: Int?
    @OrNull var column: Int?
    let field: String
    let expected: String
    let found: String

    init(_ problem: SettingsProblem) {
        file = problem.file
        line = problem.line
        column = problem.column
        field = problem.field
        expected = problem.expected.text(in: .english)
        found = problem.found
    }

    /// - Parameter rejection: of a data row; its place is `file:line`, or a record's own key.
    init(_ rejection: Rejection) {
        let parts = rejection.place.split(separator: ":", maxSplits: 1)
        let number = parts.count == 2 ? Int(parts[1]) : nil
        file = number == nil ? rejection.place : String(parts[0])
        line = number
        column = nil
        field = rejection.field
        expected = rejection.expected
        found = rejection.found
    }
}

/// What `--json` prints when a command refuses its input.
struct RefusalDocument: Encodable {
    let schema: String
    let errors: [ProblemDocument]
}

extension Voice {
    /// Prints every problem and ends the command with exit code 2.
    func refuse(_ problems: SettingsProblems, command: String) throws -> Never {
        let document = RefusalDocument(
            schema: "mizumori.\(command)/1",
            errors: problems.problems.map(ProblemDocument.init)
        )
        if isJSON { try say(document, orText: "") }
        for problem in problems.problems { tell(problem.text(in: language), problem.text(in: language)) }
        let count = problems.problems.count
        tell(
            "\(count) problem\(count == 1 ? "" : "s"); nothing was started.",
            "\(count) 件の誤りがあります。何も開始していません。"
        )
        throw ExitCode.refused
    }
}

extension Voice {
    /// Why one row was not taken.
    func tell(_ rejection: Rejection) {
        tell(
            "\(rejection.place): \(rejection.field): expected \(rejection.expected), found \(rejection.found)",
            "\(rejection.place): \(rejection.field): \(rejection.expectedInJapanese) が必要ですが、\(rejection.foundInJapanese) があります"
        )
    }

    /// What a person asked for and cannot be done ends the command with its reason.
    func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as ActRefusal {
            tell(refusal)
            throw ExitCode.refused
        } catch let error as StoreError {
            tell("\(error)", "記録できません: \(error)")
            throw error.code == .notFound ? ExitCode.refused : ExitCode.failure
        }
    }
}
