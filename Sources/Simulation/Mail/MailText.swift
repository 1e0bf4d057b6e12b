import Foundation

/// Makes out a message's headers and text: encoded words, quoted-printable and base64 of UTF-8.
struct MailText {
    private let headers: [(name: String, value: String)]
    private let body: String

    init(bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        let parts = lines.components(separatedBy: "\n\n")
        headers = MailText.headers(in: parts[0])
        body = parts.dropFirst().joined(separator: "\n\n")
    }

    /// The first header of this name, decoded.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }
            .map { MailText.decodedWords($0.value) }
    }

    /// Sender, recipient and subject, then the text.
    var readable: String {
        let lines = ["From", "To", "Date", "Subject"].compactMap { name in
            header(name).map { "\(name): \($0)\n" }
        }
        return lines.joined() + "\n" + decodedBody
    }

    private var decodedBody: String {
        switch header("Content-Transfer-Encoding")?.lowercased() {
        case "base64":
            let data = Data(base64Encoded: body, options: .ignoreUnknownCharacters) ?? Data()
            return String(decoding: data, as: UTF8.self)
        case "quoted-printable":
            return MailText.quotedPrintable(body.replacingOccurrences(of: "=\n", with: ""))
        default: return body
        }
    }

    private static func headers(in text: String) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        for line in text.split(separator: "\n") {
            if line.first == " " || line.first == "\t" {
                guard !found.isEmpty else { continue }
                found[found.count - 1].value += " " + line.drop { $0 == " " || $0 == "\t" }
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                found.append((String(line[..<colon]), String(value)))
            }
        }
        return found
    }

    /// Decodes `=?UTF-8?B?...?=` and `=?UTF-8?Q?...?=`; white space between two of them falls away (RFC 2047).
    private static func decodedWords(_ text: String) -> String {
        var result = ""
        var bytes: [UInt8] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let decoded = encodedWord(word) {
                if bytes.isEmpty, !result.isEmpty { result += " " }
                bytes += decoded
                continue
            }
            result += String(decoding: bytes, as: UTF8.self)
            bytes = []
            result += (result.isEmpty ? "" : " ") + word
        }
        return result + String(decoding: bytes, as: UTF8.self)
    }

    private static func encodedWord(_ word: Substring) -> [UInt8]? {
        guard word.hasPrefix("=?"), word.hasSuffix("?=") else { return nil }
        let parts = word.dropFirst(2).dropLast(2).split(
            separator: "?",
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        if parts[1].uppercased() == "B" { return Data(base64Encoded: String(parts[2])).map { [UInt8]($0) } }
        return bytes(ofQuoted: parts[2].replacingOccurrences(of: "_", with: " "))
    }

    private static func quotedPrintable(_ text: String) -> String {
        String(decoding: bytes(ofQuoted: text), as: UTF8.self)
    }

    private static func bytes(ofQuoted text: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "="), digits.count == 2, let code = UInt8(digits, radix: 16) {
                result.append(code)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
