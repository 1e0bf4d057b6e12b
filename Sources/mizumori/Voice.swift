import Foundation
import Settings

/// What commands say: one JSON object on standard output, or text in the language of `LANG`.
struct Voice: Sendable {
    let language: Language
    let isJSON: Bool

    init(json: Bool) {
        language = Language(environment: ProcessInfo.processInfo.environment)
        isJSON = json
    }

    /// One of two wordings of the same sentence.
    func phrase(_ english: String, _ japanese: String) -> String {
        language == .japanese ? japanese : english
    }

    /// Prints `object` as JSON when that was asked for, else the text.
    func say(_ object: some Encodable, orText text: @autoclosure () -> String) throws {
        guard isJSON else { return print(text()) }
        print(try Voice.encoded(object))
    }

    /// A line for the person at the terminal; never part of the JSON.
    func tell(_ english: String, _ japanese: String) {
        FileHandle.standardError.write(Data((phrase(english, japanese) + "\n").utf8))
    }

    static func encoded(_ object: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}
