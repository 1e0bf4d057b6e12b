/// What a setting should have been, in words for both languages.
public enum Expectation: Hashable, Sendable {
    case integer(ClosedRange<Int>)
    case text
    case flag
    case decimal
    case list
    case section
    /// One of these words.
    case choice([String])
    /// The key has to be there.
    case required
    /// A key of this section; with the nearest one that exists.
    case knownKey(nearest: String?)
    /// The key once only.
    case once
    /// Well-formed YAML.
    case syntax
    /// Anything else, told by the caller.
    case other(english: String, japanese: String)

    public func text(in language: Language) -> String {
        language == .japanese ? japanese : english
    }

    private var english: String {
        switch self {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .text: "a text"
        case .flag: "true or false"
        case .decimal: "a decimal number such as 0.001"
        case .list: "a list"
        case .section: "a section of keys"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .required: "a value, which is required"
        case .knownKey(let nearest): "a known key" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .once: "the key once only"
        case .syntax: "YAML"
        case .other(let english, _): english
        }
    }

    private var japanese: String {
        switch self {
        case .integer(let range): "\(range.lowerBound)から\(range.upperBound)までの整数"
        case .text: "文字列"
        case .flag: "true または false"
        case .decimal: "0.001 のような小数"
        case .list: "リスト"
        case .section: "項目の集まり"
        case .choice(let words): "次のいずれか: \(words.joined(separator: ", "))"
        case .required: "必須の値"
        case .knownKey(let nearest): "定められた項目名" + (nearest.map { "(「\($0)」の誤りではありませんか)" } ?? "")
        case .once: "一度だけの指定"
        case .syntax: "YAML の書式"
        case .other(_, let japanese): japanese
        }
    }
}
