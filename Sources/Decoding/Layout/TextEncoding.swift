internal import Glibc

/// How the letters of a file are kept as bytes.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
    /// With or without a byte order mark.
    case utf8 = "utf-8"
    /// Shift_JIS as Windows writes it, with 髙 and ① (CP932).
    case cp932
    /// UTF-8 where the bytes are that, else CP932: for senders who change their mind.
    case either

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The file's bytes as UTF-8 without a mark.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: the same text.
    /// - Throws: `FileRefusal` at the first byte that is no letter: a wrong one would make wrong rows of the rest.
    public func utf8(_ bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        let hasMark = bytes.starts(with: TextEncoding.mark)
        let text = hasMark ? Array(bytes.dropFirst(3)) : bytes
        switch self {
        case .utf8: return try TextEncoding.checked(text)
        case .cp932: return try TextEncoding.converted(bytes)
        case .either:
            if hasMark || String(validating: text, as: UTF8.self) != nil {
                return try TextEncoding.checked(text)
            }
            return try TextEncoding.converted(bytes)
        }
    }

    private static func checked(_ bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
        throw FileRefusal(field: "encoding", expected: "UTF-8", found: "bytes that are none")
    }

    /// The text as a file of this encoding has it; nil where it has a character that CP932 lacks.
    func bytes(of text: String) -> [UInt8]? {
        guard self == .cp932 else { return Array(text.utf8) }
        guard let converter = Converter(from: "UTF-8", to: "CP932") else { return nil }
        return try? converter.convert(Array(text.utf8)).get()
    }

    /// iconv by glibc, whose CP932 has the machine-dependent characters that its SHIFT_JIS lacks.
    private static func converted(_ bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        guard let converter = Converter(from: "CP932", to: "UTF-8") else {
            throw FileRefusal(field: "encoding", expected: "CP932 in this system's iconv", found: "none")
        }
        switch converter.convert(bytes) {
        case .success(let text): return text
        case .failure(let stop):
            let byte = String(bytes[stop.position], radix: 16, uppercase: true)
            let line = bytes[..<stop.position].count { $0 == UInt8(ascii: "\n") } + 1
            throw FileRefusal(
                line: line,
                field: "encoding",
                expected: "CP932",
                found: "byte 0x\(byte) at position \(stop.position)"
            )
        }
    }
}

/// One conversion by iconv(3).
private struct Converter: ~Copyable {
    private let handle: iconv_t

    struct Stop: Error {
        let position: Int
    }

    init?(from: String, to: String) {
        guard let handle = iconv_open(to, from), Int(bitPattern: handle) != -1 else { return nil }
        self.handle = handle
    }

    deinit { iconv_close(handle) }

    func convert(_ bytes: [UInt8]) -> Result<[UInt8], Stop> {
        var source = bytes.map { CChar(bitPattern: $0) }
        // A character of CP932 takes three bytes of UTF-8 at most, from at least one.
        var target = [CChar](repeating: 0, count: bytes.count * 3)
        var left = source.count
        var room = target.count
        let code = source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var to = target.baseAddress
                return iconv(handle, &from, &left, &to, &room)
            }
        }
        guard code != Int.max, left == 0 else { return .failure(Stop(position: bytes.count - left)) }
        return .success(target.prefix(target.count - room).map { UInt8(bitPattern: $0) })
    }
}
