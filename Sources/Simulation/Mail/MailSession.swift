/// One SMTP conversation, line by line: what to answer, and which message came whole (RFC 5321).
///
/// Takes all mail from everybody to everybody; it is the end of the line on a test bench.
struct MailSession {
    /// A message longer than this is refused.
    static let mostBytes = 4 * 1_024 * 1_024
    private static let mostRecipients = 100

    private(set) var isOver = false
    private var sender: String?
    private var recipients: [String] = []
    private var body: [UInt8]?
    private var isTooLong = false

    let greeting = "220 mizumori.invalid ESMTP test bench"

    struct Message: Hashable {
        let sender: String
        let recipients: [String]
        /// With CR LF at each line's end and dots taken back.
        let bytes: [UInt8]
    }

    enum Step: Equatable {
        case reply(String)
        /// Keep this message, then say `reply`.
        case keep(Message, reply: String)
        case listen
    }

    /// - Parameter line: without its CR LF.
    /// - Returns: what to do now.
    mutating func take(_ line: [UInt8]) -> Step {
        body == nil ? command(line) : content(line)
    }

    private mutating func command(_ line: [UInt8]) -> Step {
        let text = String(decoding: line, as: UTF8.self)
        let verb = text.prefix { $0 != " " && $0 != ":" }.uppercased()
        switch verb {
        case "EHLO":
            return .reply(
                "250-mizumori.invalid\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE \(MailSession.mostBytes)"
            )
        case "HELO": return .reply("250 mizumori.invalid")
        case "MAIL": return mail(from: MailSession.address(in: text))
        case "RCPT": return mail(to: MailSession.address(in: text))
        case "DATA": return data()
        case "RSET":
            reset()
            return .reply("250 2.0.0 forgotten")
        case "NOOP": return .reply("250 2.0.0 still here")
        case "QUIT":
            isOver = true
            return .reply("221 2.0.0 goodbye")
        default: return .reply("502 5.5.1 not known here")
        }
    }

    private mutating func mail(from address: String?) -> Step {
        guard let address else { return .reply("501 5.1.7 whose address?") }
        guard sender == nil else { return .reply("503 5.5.1 one sender") }
        sender = address
        return .reply("250 2.1.0 sender known")
    }

    private mutating func mail(to address: String?) -> Step {
        guard sender != nil else { return .reply("503 5.5.1 who sends it?") }
        guard let address, !address.isEmpty else { return .reply("501 5.1.3 whose address?") }
        guard recipients.count < MailSession.mostRecipients else { return .reply("452 4.5.3 too many") }
        recipients.append(address)
        return .reply("250 2.1.5 recipient known")
    }

    private mutating func data() -> Step {
        guard !recipients.isEmpty else { return .reply("503 5.5.1 to whom?") }
        body = []
        return .reply("354 end with a dot on a line of its own")
    }

    private mutating func content(_ line: [UInt8]) -> Step {
        guard line != [UInt8(ascii: ".")] else { return end() }
        let unstuffed = line.first == UInt8(ascii: ".") ? line.dropFirst() : line[...]
        if (body?.count ?? 0) + unstuffed.count + 2 > MailSession.mostBytes { isTooLong = true }
        if !isTooLong { body?.append(contentsOf: unstuffed + [13, 10]) }
        return .listen
    }

    private mutating func end() -> Step {
        defer { reset() }
        guard !isTooLong, let sender, let body else { return .reply("552 5.3.4 too long") }
        let message = Message(sender: sender, recipients: recipients, bytes: body)
        return .keep(message, reply: "250 2.0.0 kept")
    }

    private mutating func reset() {
        sender = nil
        recipients = []
        body = nil
        isTooLong = false
    }

    /// What stands between the pointed brackets; empty for a bounce.
    private static func address(in text: String) -> String? {
        guard let open = text.firstIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else {
            return nil
        }
        return String(text[text.index(after: open)..<close])
    }
}
