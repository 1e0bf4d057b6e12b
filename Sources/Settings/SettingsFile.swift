internal import Yams

/// One of our text files, read key by key; whatever is wrong with it is collected and told together.
///
/// A reader asks its sections for typed values and gets nil where there is a problem, so that it can go on to the
/// next key; at the end `problems` has them all. A file with problems must not be used.
public final class SettingsFile {
    public let name: String
    public private(set) var problems: [SettingsProblem] = []
    private let document: Node?
    private let syntaxProblem: SettingsProblem?

    /// Reads the YAML in `text`; syntax errors become problems.
    ///
    /// - Parameters:
    ///   - text: the whole file.
    ///   - name: the name to tell people, usually the path as they gave it.
    public init(_ text: String, named name: String) {
        self.name = name
        do {
            document = try Yams.compose(yaml: text)
            syntaxProblem = nil
        } catch {
            document = nil
            syntaxProblem = SettingsFile.problem(in: name, error)
        }
        if let syntaxProblem { problems.append(syntaxProblem) }
    }

    /// The keys of the whole file; an empty section when the file could not be read.
    public var root: Section {
        guard let mapping = document?.mapping else {
            if syntaxProblem == nil { note(line: 1, column: 1, "", .section, found: "an empty file") }
            return Section(file: self, node: Node.Mapping([]), field: "", line: 1, column: 1)
        }
        return Section(file: self, node: mapping, field: "", line: 1, column: 1)
    }

    /// Throws everything that was collected, if anything was.
    public func check() throws(SettingsProblems) {
        guard problems.isEmpty else { throw SettingsProblems(problems) }
    }

    func note(line: Int, column: Int, _ field: String, _ expected: Expectation, found: String) {
        problems.append(
            SettingsProblem(
                file: name,
                line: line,
                column: column,
                field: field,
                expected: expected,
                found: found
            )
        )
    }

    private static func problem(in name: String, _ error: any Error) -> SettingsProblem {
        var (line, column, words) = (1, 1, "\(error)")
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (line, column, words) = (mark.line, mark.column, problem)
        case .duplicatedKeysInMapping(let keys, let context):
            (line, column) = (context.mark.line, context.mark.column)
            let names = keys.sorted().joined(separator: ", ")
            return SettingsProblem(
                file: name,
                line: line,
                column: column,
                field: names,
                expected: .once,
                found: "it again"
            )
        case .reader(let problem, _, _, _):
            words = problem
        default: break
        }
        return SettingsProblem(
            file: name,
            line: line,
            column: column,
            field: "",
            expected: .syntax,
            found: words
        )
    }
}
