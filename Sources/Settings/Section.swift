internal import Yams

/// A section of keys in one of our files.
///
/// Each asked key counts as known; `finish()` reports the others. Values come back nil when the key is absent or
/// wrong; only a wrong or a missing required one is a problem.
public final class Section {
    /// The section's own path of keys: `lines[0]`.
    public let field: String
    let file: SettingsFile
    private let node: Node.Mapping
    private let line: Int
    private let column: Int
    private var asked: Set<String> = []

    init(file: SettingsFile, node: Node.Mapping, field: String, line: Int, column: Int) {
        self.file = file
        self.node = node
        self.field = field
        self.line = line
        self.column = column
    }

    public func has(_ key: String) -> Bool {
        asked.insert(key)
        return node[key] != nil
    }

    /// A text, which must not be empty; numbers are read as they are written, so that leading zeros survive.
    public func text(_ key: String) -> String? {
        value(key, .text) { node in
            guard let text = node.scalar?.string, !text.isEmpty, !node.isNull else { return nil }
            return text
        }
    }

    public func requiredText(_ key: String) -> String? {
        require(key)
        return text(key)
    }

    public func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, .integer(range)) { node in
            node.scalar.flatMap { Section.wholeNumber($0.string) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    public func requiredInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        require(key)
        return integer(key, in: range)
    }

    public func integers(_ key: String, in range: ClosedRange<Int>) -> [Int]? {
        guard let nodes = nodes(key) else { return nil }
        return nodes.enumerated().compactMap { index, node in
            guard let number = node.scalar.flatMap({ Section.wholeNumber($0.string) }), range.contains(number)
            else {
                note(node, path(key) + "[\(index)]", .integer(range))
                return nil
            }
            return number
        }
    }

    public func flag(_ key: String) -> Bool? {
        value(key, .flag) { node in
            switch node.scalar?.string {
            case "true": true
            case "false": false
            default: nil
            }
        }
    }

    public func choice(_ key: String, _ words: [String]) -> String? {
        value(key, .choice(words)) { node in
            node.scalar.flatMap { words.contains($0.string) ? $0.string : nil }
        }
    }

    /// The text of a decimal number, for the caller to read exactly.
    public func decimal(_ key: String) -> String? {
        value(key, .decimal) { node in
            guard let text = node.scalar?.string, text.contains(where: \.isWholeNumber),
                text.allSatisfy({ $0.isWholeNumber || "+-.eE".contains($0) })
            else { return nil }
            return text
        }
    }

    public func texts(_ key: String) -> [String]? {
        guard let nodes = nodes(key) else { return nil }
        return nodes.enumerated().compactMap { index, node in
            guard let text = node.scalar?.string, !text.isEmpty, !node.isNull else {
                note(node, path(key) + "[\(index)]", .text)
                return nil
            }
            return text
        }
    }

    /// Whether the value is a plain text, where a key may have a word or a section of keys.
    public func isText(_ key: String) -> Bool {
        asked.insert(key)
        return node[key]?.scalar != nil
    }

    /// One entry of a list that may hold words and sections.
    public enum Item {
        case text(String)
        case section(Section)
    }

    /// A list of words and sections; nil when the key is absent.
    public func items(_ key: String) -> [Item]? {
        guard let nodes = nodes(key) else { return nil }
        return nodes.enumerated().compactMap { index, node in
            let path = path(key) + "[\(index)]"
            if let mapping = node.mapping { return .section(sub(mapping, node, path)) }
            guard let text = node.scalar?.string, !text.isEmpty, !node.isNull else {
                note(node, path, .other(english: "a word or a section", japanese: "語または項目の集まり"))
                return nil
            }
            return .text(text)
        }
    }

    public func section(_ key: String) -> Section? {
        value(key, .section) { node in
            node.mapping.map { sub($0, node, path(key)) }
        }
    }

    public func requiredSection(_ key: String) -> Section? {
        require(key)
        return section(key)
    }

    /// A list of sections; empty when the key is absent.
    public func sections(_ key: String) -> [Section] {
        (nodes(key) ?? []).enumerated().compactMap { index, node in
            let path = path(key) + "[\(index)]"
            guard let mapping = node.mapping else {
                note(node, path, .section)
                return nil
            }
            return sub(mapping, node, path)
        }
    }

    /// The keys of this section in the order of the file; asking for them makes them known.
    public var keys: [String] {
        let keys = node.compactMap { $0.key.scalar?.string }
        asked.formUnion(keys)
        return keys
    }

    /// Reports a problem that the caller found with the value of `key`, or with the section itself.
    public func problem(at key: String?, _ expected: Expectation, found: String? = nil) {
        guard let key, let node = node[key] else {
            let field = key.map(path) ?? field
            return file.note(line: line, column: column, field, expected, found: found ?? "nothing")
        }
        note(node, path(key), expected, found: found)
    }

    /// Reports the keys that nobody asked for.
    public func finish() {
        for (key, _) in node {
            let name = key.scalar?.string ?? "?"
            guard !asked.contains(name) else { continue }
            let nearest = asked.min { Section.distance($0, name) < Section.distance($1, name) }
            let hint = nearest.flatMap { Section.distance($0, name) <= max(2, name.count / 3) ? $0 : nil }
            note(key, path(name), .knownKey(nearest: hint), found: "'\(name)'")
        }
    }

    private func require(_ key: String) {
        asked.insert(key)
        guard node[key] == nil else { return }
        file.note(line: line, column: column, path(key), .required, found: "nothing")
    }

    private func value<Value>(_ key: String, _ expected: Expectation, _ read: (Node) -> Value?) -> Value? {
        asked.insert(key)
        guard let node = node[key] else { return nil }
        guard let value = read(node) else {
            note(node, path(key), expected)
            return nil
        }
        return value
    }

    private func nodes(_ key: String) -> [Node]? {
        value(key, .list) { $0.sequence.map(Array.init) }
    }

    private func sub(_ mapping: Node.Mapping, _ node: Node, _ path: String) -> Section {
        Section(
            file: file,
            node: mapping,
            field: path,
            line: node.mark?.line ?? line,
            column: node.mark?.column ?? column
        )
    }

    private func path(_ key: String) -> String {
        field.isEmpty ? key : "\(field).\(key)"
    }

    private func note(_ node: Node, _ path: String, _ expected: Expectation, found: String? = nil) {
        let mark = node.mark
        file.note(
            line: mark?.line ?? line,
            column: mark?.column ?? column,
            path,
            expected,
            found: found ?? Section.words(for: node)
        )
    }

    private static func words(for node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
        case .mapping: "a section"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// Decimal digits with an optional minus; a leading zero or a plus would hide an id or an octal number.
    static func wholeNumber(_ text: String) -> Int? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isWholeNumber), !digits.isEmpty,
            digits == "0" || !digits.hasPrefix("0")
        else { return nil }
        return Int(text)
    }

    /// The edits between two keys (Levenshtein), for the hint at a mistyped one.
    static func distance(_ a: String, _ b: String) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}

extension Node {
    fileprivate var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null"
    }
}
