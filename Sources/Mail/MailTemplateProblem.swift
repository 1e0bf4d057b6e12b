/// Something wrong in a template file.
public struct MailTemplateProblem: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int
    /// In English.
    public let expected: String
    public let expectedInJapanese: String
    public let found: String

    init(
        _ file: String,
        _ line: Int,
        _ column: Int,
        expected: String,
        _ expectedInJapanese: String,
        found: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.expected = expected
        self.expectedInJapanese = expectedInJapanese
        self.found = found
    }

    public var description: String {
        "\(file):\(line):\(column): expected \(expected), found \(found.isEmpty ? "nothing" : found)"
    }
}

/// Everything wrong in a template file, in the order of its lines; never empty.
public struct MailTemplateProblems: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [MailTemplateProblem]

    init(_ problems: [MailTemplateProblem]) {
        self.problems = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
