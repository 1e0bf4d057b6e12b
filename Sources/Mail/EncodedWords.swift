internal import FoundationEssentials

/// Header text that is not ASCII, as RFC 2047 writes it: `=?UTF-8?B?5ryP5rC055aR44GE?=`.
///
/// An encoded word has at most 75 characters, and a line that holds one at most 76, the name of the field included. So
/// the text is cut into words of whole characters; a reader joins them again and drops the folds between them.
enum EncodedWords {
    /// The value of a header field, folded.
    ///
    /// - Parameters:
    ///   - text: any text; control characters become spaces, so that none can begin another field.
    ///   - column: how many characters stand before it on its line: 9 after `Subject: `.
    /// - Returns: the text itself where it is plain ASCII and fits on the line; else encoded words.
    static func value(_ text: String, from column: Int) -> String {
        let text = withoutControls(text)
        guard !isPlain(text) || column + text.utf8.count > lineLimit else { return text }
        var words: [String] = []
        var room = byteRoom(from: column)
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if !word.isEmpty, word.count + bytes.count > room {
                words.append(encoded(word))
                word = []
                room = byteRoom(from: 1)
            }
            word += bytes
        }
        words.append(encoded(word))
        return words.joined(separator: "\r\n ")
    }

    /// The text with every control character turned into a space.
    static func withoutControls(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            plain.append(isControl ? " " : scalar)
        }
        return String(plain)
    }

    private static let lineLimit = 76
    private static let wordLimit = 75
    private static let frame = "=?UTF-8?B?".count + "?=".count

    /// How many bytes an encoded word can hold that begins at `column`.
    private static func byteRoom(from column: Int) -> Int {
        max(4, (min(wordLimit, lineLimit - column) - frame) / 4 * 3)
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        "=?UTF-8?B?" + Data(bytes).base64EncodedString() + "?="
    }
}
