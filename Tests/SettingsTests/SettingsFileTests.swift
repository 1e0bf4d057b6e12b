import Testing

@testable import Settings

/// The problems as a person reads them, after `read` has asked for what it wants.
private func problems(_ text: String, _ read: (Section) -> Void) -> [String] {
    let file = SettingsFile(text, named: "a.yaml")
    read(file.root)
    return file.problems.map { $0.text(in: .english) }
}

struct SettingsFileTests {
    @Test func `right values are read and leave no problem`() {
        let text = """
            name: north
            id: 00417
            count: 12
            low: -3
            on: true
            share: 0.001
            kind: b
            list: [a, b]
            numbers: [1, 2]
            inner: {x: 1}
            parts:
              - {n: 1}
              - {n: 2}
            """
        let found = problems(text) { root in
            #expect(root.requiredText("name") == "north")
            #expect(root.text("id") == "00417")
            #expect(root.requiredInteger("count", in: 1...20) == 12)
            #expect(root.integer("low", in: -5...5) == -3)
            #expect(root.flag("on") == true)
            #expect(root.decimal("share") == "0.001")
            #expect(root.choice("kind", ["a", "b"]) == "b")
            #expect(root.texts("list") == ["a", "b"])
            #expect(root.integers("numbers", in: 1...2) == [1, 2])
            #expect(root.requiredSection("inner")?.integer("x", in: 1...1) == 1)
            #expect(root.sections("parts").map { $0.integer("n", in: 1...2) } == [1, 2])
            #expect(root.text("absent") == nil)
            root.finish()
        }
        #expect(found == [])
    }

    @Test func `everything that is wrong is told at once, each with its place`() {
        let text = """
            # a comment first
            port: eighty
            baud: 100
            mode: loud
            on: yes
            share: half
            lines:
              - id: ""
                speed: [1, x]
              - 7
            inner: text
            """
        let found = problems(text) { root in
            _ = root.integer("port", in: 1...65_535)
            _ = root.integer("baud", in: 300...230_400)
            _ = root.choice("mode", ["a", "b"])
            _ = root.flag("on")
            _ = root.decimal("share")
            for line in root.sections("lines") {
                _ = line.requiredText("id")
                _ = line.integers("speed", in: 0...9)
            }
            _ = root.section("inner")
            _ = root.requiredText("station")
            root.finish()
        }
        #expect(
            found == [
                "a.yaml:2:7: port: expected a whole number from 1 to 65535, found 'eighty'",
                "a.yaml:3:7: baud: expected a whole number from 300 to 230400, found '100'",
                "a.yaml:4:7: mode: expected one of a, b, found 'loud'",
                "a.yaml:5:5: on: expected true or false, found 'yes'",
                "a.yaml:6:8: share: expected a decimal number such as 0.001, found 'half'",
                "a.yaml:10:5: lines[1]: expected a section of keys, found '7'",
                "a.yaml:8:9: lines[0].id: expected a text, found nothing",
                "a.yaml:9:16: lines[0].speed[1]: expected a whole number from 0 to 9, found 'x'",
                "a.yaml:11:8: inner: expected a section of keys, found 'text'",
                "a.yaml:1:1: station: expected a value, which is required, found nothing",
            ]
        )
    }

    @Test func `an unknown key is told with the one that was meant`() {
        let found = problems("statoin: x\ncolour: red\n") { root in
            _ = root.text("station")
            root.finish()
        }
        #expect(
            found == [
                "a.yaml:1:1: statoin: expected a known key; did you mean 'station'?, found 'statoin'",
                "a.yaml:2:1: colour: expected a known key, found 'colour'",
            ]
        )
    }

    @Test(arguments: [
        ("a: 1\na: 2\n", "a.yaml:1:1: a: expected the key once only, found it again"),
        ("", "a.yaml:1:1: expected a section of keys, found an empty file"),
        ("- 1\n", "a.yaml:1:1: expected a section of keys, found an empty file"),
    ])
    func `a file that is no set of keys is told as such`(text: String, problem: String) {
        #expect(problems(text) { _ in } == [problem])
    }

    @Test func `broken YAML is told with its place and ends there`() {
        let file = SettingsFile("ok: 1\nbad: [1, 2\nnext: 3\n", named: "b.yaml")
        _ = file.root
        #expect(file.problems.count == 1)
        #expect(file.problems.first?.line == 3)
        #expect(file.problems.first?.expected == .syntax)
        #expect(throws: SettingsProblems.self) { try file.check() }
    }

    @Test(arguments: ["010", "+1", "1.0", "1e3", "0x10", "１２", "", "1_000"])
    func `what looks like a number and may mean another one is none`(text: String) {
        let found = problems("n: \(text)\n") { _ = $0.integer("n", in: 0...10_000) }
        #expect(found.count == 1)
    }

    @Test(arguments: ["~", "null", ""])
    func `a key without a value is no text`(text: String) {
        #expect(problems("s: \(text)\n") { _ = $0.text("s") }.count == 1)
    }

    @Test func `problems are put in the order of the files`() {
        let second = SettingsProblem(
            file: "b",
            line: 1,
            column: 1,
            field: "",
            expected: .text,
            found: "x"
        )
        let first = SettingsProblem(file: "a", line: 9, column: 1, field: "", expected: .text, found: "x")
        #expect(SettingsProblems([second, first]).problems == [first, second])
    }

    @Test func `people read them in their own language`() {
        let problem = SettingsProblem(
            file: "a.yaml",
            line: 3,
            column: 5,
            field: "port",
            expected: .integer(1...9),
            found: "'x'"
        )
        #expect(problem.text(in: .japanese) == "a.yaml:3:5: port: 1から9までの整数が必要ですが、'x' があります")
    }
}

struct LanguageTests {
    @Test(arguments: [
        ([:], Language.english), (["LANG": "ja_JP.UTF-8"], .japanese), (["LANG": "C.UTF-8"], .english),
        (["LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"], .english),
        (["LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"], .japanese),
        (["LANG": "ja", "LC_ALL": ""], .japanese),
    ])
    func `the locale of messages decides, its most binding variable first`(
        environment: [String: String],
        language: Language
    ) {
        #expect(Language(environment: environment) == language)
    }
}

struct SectionDistanceTests {
    @Test func `edits between keys are counted as Levenshtein does`() {
        for (a, b, edits) in [("", "", 0), ("abc", "abc", 0), ("kitten", "sitting", 3), ("", "abc", 3)] {
            #expect(Section.distance(a, b) == edits)
            #expect(Section.distance(b, a) == edits)
        }
    }
}
