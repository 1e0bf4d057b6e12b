/// An independent reader of RFC 5322, RFC 2047 and base64, for judging what the composer wrote.
struct MessageReader {
    let headers: [(name: String, value: String)]
    /// The header lines as they stand, folds included.
    let headerLines: [String]
    let bodyLines: [String]

    init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0)
        }
        for line in lines.dropLast() where !line.unicodeScalars.reversed().starts(with: "\r".unicodeScalars) {
            throw ReadingFailure("a line without CR: \(line)")
        }
        lines = lines.map { String($0.unicodeScalars.filter { $0 != "\r" }.map { Character($0) }) }
        guard let empty = lines.firstIndex(of: "") else { throw ReadingFailure("no end of headers") }
        headerLines = Array(lines[..<empty])
        bodyLines = Array(lines[(empty + 1)...])
        headers = try MessageReader.unfold(headerLines)
    }

    subscript(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    var body: String {
        get throws { String(decoding: try MessageReader.base64(bodyLines.joined()), as: UTF8.self) }
    }

    /// RFC 2047: words joined, white space between two encoded words dropped.
    static func decodedWords(_ value: String) throws -> String {
        var text = ""
        var wasEncoded = false
        for (index, part) in value.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let isEncoded = part.hasPrefix("=?UTF-8?B?") && part.hasSuffix("?=")
            if index > 0, !(isEncoded && wasEncoded) { text += " " }
            if isEncoded {
                let bytes = try base64(String(part.dropFirst(10).dropLast(2)))
                guard let word = String(validating: bytes, as: UTF8.self) else {
                    throw ReadingFailure("a character is cut in two: \(part)")
                }
                text += word
            } else {
                text += part
            }
            wasEncoded = isEncoded
        }
        return text
    }

    static func base64(_ text: String) throws -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        guard text.utf8.count % 4 == 0 else { throw ReadingFailure("base64 of odd length") }
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in text.utf8.reversed().drop(while: { $0 == UInt8(ascii: "=") }).reversed() {
            guard let value = alphabet.firstIndex(of: byte) else {
                throw ReadingFailure("no base64: \(text)")
            }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func unfold(_ lines: [String]) throws -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for line in lines {
            if line.hasPrefix(" ") {
                guard let last = headers.popLast() else { throw ReadingFailure("a fold of nothing") }
                headers.append((last.name, last.value + line))
            } else if let colon = line.firstRange(of: ": ") {
                headers.append((String(line[..<colon.lowerBound]), String(line[colon.upperBound...])))
            } else {
                throw ReadingFailure("no header: \(line)")
            }
        }
        return headers
    }
}

struct ReadingFailure: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
