/// The address of a mailbox, as SMTP carries it: `duty@city.example`.
///
/// Printable ASCII only, without the signs that end an address in a header or a command, so that no address can smuggle
/// a line into either. Wider than needed by nobody we met: quoted local parts and UTF-8 addresses are refused.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// - Parameter text: `local@domain`, at most 254 bytes, without brackets, spaces or commas.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= MailAddress.byteLimit, bytes.allSatisfy(MailAddress.mayHold),
            let at = bytes.firstIndex(of: UInt8(ascii: "@")), at > 0, at < bytes.count - 1,
            !bytes[(at + 1)...].contains(UInt8(ascii: "@"))
        else { return nil }
        description = text
    }

    /// RFC 5321, 4.5.3.1.3, less the two brackets.
    private static let byteLimit = 254

    private static func mayHold(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !Array("<>()[]\\,;:\"".utf8).contains(byte)
    }
}
