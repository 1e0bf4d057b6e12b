/// The Mustache tags of a template, with their places.
///
/// Mustache itself accepts any name and reports a section that isn't closed without saying which; a person who edits a
/// file wants the line.
struct TemplateTags {
    private var tags: [Tag] = []
    /// Where a tag begins that has no end on its line.
    private var unended: [(line: Int, column: Int, text: String)] = []

    init(_ lines: [String]) {
        for (index, line) in lines.enumerated() {
            scan(line, number: index + 1)
        }
    }

    func problems(_ file: String, _ placeholders: [String]) -> [MailTemplateProblem] {
        let list = placeholders.joined(separator: ", ")
        var problems = unended.map {
            MailTemplateProblem(
                file,
                $0.line,
                $0.column,
                expected: "}} on the same line",
                "同じ行の }}",
                found: $0.text
            )
        }
        var open: [Tag] = []
        for tag in tags where tag.sign != "!" {
            if let sign = tag.sign, !"#^/&".contains(sign) {
                problems.append(tag.problem(file, "a placeholder or a section", "差込項目または区間"))
            } else if !placeholders.contains(tag.name) {
                problems.append(tag.problem(file, "one of \(list)", "次のいずれか: \(list)"))
            } else if tag.sign == "#" || tag.sign == "^" {
                open.append(tag)
            } else if tag.sign == "/", open.popLast()?.name != tag.name {
                problems.append(
                    tag.problem(file, "the end of the section that was opened last", "最後に開いた区間の終わり")
                )
            }
        }
        return problems
            + open.map { $0.problem(file, "{{/\($0.name)}} further down", "後の行の {{/\($0.name)}}") }
    }

    private mutating func scan(_ line: String, number: Int) {
        var rest = line[...]
        while let start = rest.firstRange(of: "{{") {
            let column = line.distance(from: line.startIndex, to: start.lowerBound) + 1
            let isTriple = rest[start.upperBound...].hasPrefix("{")
            let content = isTriple ? rest[start.upperBound...].dropFirst() : rest[start.upperBound...]
            guard let end = content.firstRange(of: isTriple ? "}}}" : "}}") else {
                unended.append((number, column, String(rest[start.lowerBound...])))
                return
            }
            let inside = content[..<end.lowerBound]
            let text = String(line[start.lowerBound..<end.upperBound])
            tags.append(Tag(number, column, inside, text))
            rest = content[end.upperBound...]
        }
    }
}

/// One tag: `{{#rate_lph}}` has the sign `#` and the name `rate_lph`.
private struct Tag {
    let line: Int
    let column: Int
    let sign: Character?
    let name: String
    /// As it stands in the file.
    let text: String

    init(_ line: Int, _ column: Int, _ inside: Substring, _ text: String) {
        let inside = inside.filter { $0 != " " }
        sign = inside.first.flatMap { "#^/&!>=%<$*".contains($0) ? $0 : nil }
        name = sign == nil ? inside : String(inside.dropFirst())
        self.line = line
        self.column = column
        self.text = text
    }

    func problem(_ file: String, _ expected: String, _ expectedInJapanese: String) -> MailTemplateProblem {
        MailTemplateProblem(file, line, column, expected: expected, expectedInJapanese, found: text)
    }
}
