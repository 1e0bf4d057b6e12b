internal import Mustache

/// A mail's wording: a Mustache file whose first line is the subject, then an empty line, then the body.
///
/// ```
/// Subject: 【{{kind}}・{{severity}}】{{place}} {{detected_short}}検知
///
/// 管理番号: {{place}}
/// {{#rate_lph}}
/// {{rate_label}}: {{rate_lph}} L/h
/// {{/rate_lph}}
/// ```
/// Only plain placeholders and sections: no partials, no lambdas, no other delimiters. A placeholder that nobody fills
/// is refused when the file is read, because in a mail it would be a silent hole.
public struct MailTemplate: Sendable {
    private let subject: MustacheTemplate
    private let body: MustacheTemplate

    /// - Parameters:
    ///   - text: the file's text; a byte order mark and CR LF are tolerated.
    ///   - file: its name, for problems.
    ///   - placeholders: the names that may stand in it.
    /// - Throws: every problem of the file at once.
    public init(_ text: String, named file: String, placeholders: [String]) throws(MailTemplateProblems) {
        let lines = MailTemplate.lines(of: text)
        var problems = MailTemplate.shapeProblems(lines, file)
        problems += TemplateTags(lines).problems(file, placeholders)
        guard problems.isEmpty else { throw MailTemplateProblems(problems) }
        let subjectText = lines[0].dropFirst(MailTemplate.field.count)
        let bodyText = lines.dropFirst(2).joined(separator: "\n")
        do {
            // Without the pragma, Mustache would write & as &amp;.
            subject = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + subjectText)
            body = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + bodyText)
        } catch {
            let problem = MailTemplateProblem(
                file,
                1,
                1,
                expected: "a Mustache template",
                "Mustache のひな形",
                found: "\(error)"
            )
            throw MailTemplateProblems([problem])
        }
    }

    /// - Parameter values: the text for each placeholder; one that is missing is empty, and its section is left out.
    /// - Returns: the subject, and the body with LF line ends.
    func render(_ values: [String: String]) -> (subject: String, body: String) {
        (subject.render(values).trimmed, body.render(values))
    }

    private static let field = "Subject:"

    private static func lines(of text: String) -> [String] {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        // CR LF is one character.
        return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { String($0) }
    }

    private static func shapeProblems(_ lines: [String], _ file: String) -> [MailTemplateProblem] {
        var problems: [MailTemplateProblem] = []
        let first = lines.first ?? ""
        if !first.hasPrefix(field) || first.dropFirst(field.count).allSatisfy({ $0 == " " }) {
            problems.append(
                .init(file, 1, 1, expected: "Subject: and the subject", "Subject: と件名", found: first)
            )
        }
        if lines.count < 2 || !lines[1].isEmpty {
            problems.append(
                .init(file, 2, 1, expected: "an empty line", "空行", found: lines.dropFirst().first ?? "")
            )
        }
        if lines.dropFirst(2).allSatisfy(\.isEmpty) {
            problems.append(.init(file, 3, 1, expected: "the body of the mail", "メールの本文", found: ""))
        }
        return problems
    }
}

extension String {
    fileprivate var trimmed: String {
        let head = drop { $0 == " " }
        return String(head.reversed().drop { $0 == " " }.reversed())
    }
}
