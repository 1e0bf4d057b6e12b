import Glibc

/// Bytes of a text file as offices in Japan save it: UTF-8 with or without a byte order mark, or CP932.
///
/// A file that is right as UTF-8 is taken for UTF-8; text in CP932 with any character beyond ASCII practically never is.
/// The tables of CP932 are those of the C library (`iconv`), which knows the characters of NEC and IBM too: 髙, ①, ㈱.
public enum OfficeText {
    /// Why a file is neither.
    public struct Undecodable: Error, Hashable, Sendable {
        /// The first line that holds bytes of no character, from 1.
        public let line: Int
    }

    /// The file's text in UTF-8, with its line ends as they were.
    ///
    /// - Parameter bytes: the whole file.
    /// - Returns: the same bytes where they are UTF-8.
    /// - Throws: the first line that is neither UTF-8 nor CP932.
    public static func utf8(_ bytes: [UInt8]) throws(Undecodable) -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
        guard let converter = iconv_open("UTF-8", "CP932"), converter != iconv_t(bitPattern: -1) else {
            throw Undecodable(line: 1)
        }
        defer { iconv_close(converter) }
        let (text, read) = convert(bytes, by: converter)
        guard read == bytes.count else {
            throw Undecodable(line: 1 + bytes[..<read].count { $0 == UInt8(ascii: "\n") })
        }
        return text
    }

    /// - Returns: what was converted, and how many bytes of the input that took.
    private static func convert(_ bytes: [UInt8], by converter: iconv_t) -> (text: [UInt8], read: Int) {
        var input = bytes.map { CChar(bitPattern: $0) }
        // No character of CP932 takes more than three times its bytes in UTF-8.
        var output = [CChar](repeating: 0, count: bytes.count * 3)
        var (unread, free) = (input.count, output.count)
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                _ = iconv(converter, &from, &unread, &to, &free)
            }
        }
        let text = output[..<(output.count - free)].map { UInt8(bitPattern: $0) }
        return (text, bytes.count - unread)
    }
}
