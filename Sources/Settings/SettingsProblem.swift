/// One thing wrong in one of our text files: where, what was expected, what stood there.
public struct SettingsProblem: Hashable, Sendable {
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1.
    public let column: Int
    /// The path of keys: `lines[0].baud`; empty for the file as a whole.
    public let field: String
    public let expected: Expectation
    public let found: String

    public init(file: String, line: Int, column: Int, field: String, expected: Expectation, found: String) {
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.expected = expected
        self.found = found
    }

    /// One line for a person: `config/gateway.yaml:12:9: lines[0].baud: expected ..., found ...`.
    public func text(in language: Language) -> String {
        let place = "\(file):\(line):\(column): " + (field.isEmpty ? "" : field + ": ")
        switch language {
        case .english: return place + "expected \(expected.text(in: .english)), found \(found)"
        case .japanese: return place + "\(expected.text(in: .japanese))が必要ですが、\(found) があります"
        }
    }
}

/// Every problem of a set of files, in order of file and line; never empty.
public struct SettingsProblems: Error, Hashable, Sendable {
    public let problems: [SettingsProblem]

    public init(_ problems: [SettingsProblem]) {
        precondition(!problems.isEmpty, "without a problem there is nothing to throw")
        self.problems = problems.sorted {
            ($0.file, $0.line, $0.column, $0.field) < ($1.file, $1.line, $1.column, $1.field)
        }
    }
}
