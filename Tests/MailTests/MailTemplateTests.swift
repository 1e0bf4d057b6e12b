import Mail
import Testing

@Suite struct MailTemplateTests {
    private func problems(_ text: String) -> [MailTemplateProblem] {
        do throws(MailTemplateProblems) {
            _ = try MailTemplate(text, named: "a.mustache", placeholders: ["station", "place"])
            return []
        } catch {
            return error.problems
        }
    }

    @Test(arguments: [
        "Subject: a\n\nbody",
        "\u{FEFF}Subject: {{station}}\r\n\r\n{{#place}}\r\n{{ place }}\r\n{{/place}}\r\n",
        "Subject: a\n\n{{^place}}x{{/place}}\n",
        "Subject: a\n\n{{! anything at all }}{{{place}}}{{&station}} } { }}",
    ])
    func `a whole template loads`(_ text: String) {
        #expect(problems(text) == [])
    }

    @Test func `an unknown placeholder is refused with its place and the known ones`() {
        let found = problems("Subject: a\n\nline\n  {{place}} {{addres}}\n")
        #expect(found.map(\.expectedInJapanese) == ["次のいずれか: station, place"])
        #expect(
            found.map(\.description) == [
                "a.mustache:4:13: expected one of station, place, found {{addres}}"
            ]
        )
    }

    @Test func `all problems are told at once, in the order of the file`() {
        let found = problems("Betreff: {{a}}\nx\n{{#place}}{{>b}}\n{{=<% %>=}}\n{{c\n")
        #expect(
            found.map { [$0.line, $0.column] } == [
                [1, 1], [1, 10], [2, 1], [3, 1], [3, 11], [4, 1], [5, 1],
            ]
        )
    }

    @Test(arguments: [
        ("Subject: a\n\n{{#place}}", "{{/place}} further down"),
        ("Subject: a\n\n{{/place}}", "the end of the section that was opened last"),
        (
            "Subject: a\n\n{{#place}}{{#station}}{{/place}}{{/station}}",
            "the end of the section that was opened last"
        ),
        ("Subject: a\n\n{{{place}}", "}} on the same line"),
        ("Subject:   \n\nbody", "Subject: and the subject"),
        ("Subject: a\nbody", "an empty line"),
        ("Subject: a\n\n\n", "the body of the mail"),
        ("", "Subject: and the subject"),
    ])
    func `a damaged template says what was expected`(_ text: String, _ expected: String) {
        #expect(problems(text).contains { $0.expected == expected }, "\(problems(text))")
    }
}
