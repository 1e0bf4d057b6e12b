/// What was said between us and the mail server, as far as the verdict needs it.
///
/// Keeps verbs, addresses and answers; never what a login sends.
struct SMTPDialogue {
    private(set) var stage = Stage.opening
    private(set) var lastAnswer: Answer?
    /// The refused recipients with the server's words, in the order of the envelope.
    private(set) var refusals: [Refusal] = []
    private var recipient = ""
    /// QUIT was said, which libcurl also does when it gives up; its answer decides nothing.
    private var isClosing = false

    /// How far the dialogue came.
    enum Stage {
        /// Greeting, EHLO, STARTTLS, AUTH: about us, not about the message.
        case opening
        case sender
        case recipients
        case content
    }

    struct Answer: Hashable {
        let code: Int
        let text: String

        /// Reads the last line of an answer: `250 queued`; nil for a line that another follows, `250-SIZE`.
        init?(_ line: String) {
            guard let code = Int(line.prefix(3)), (100...599).contains(code),
                line.utf8.count == 3 || line.utf8.dropFirst(3).first == UInt8(ascii: " ")
            else { return nil }
            self.code = code
            text = line
        }
    }

    struct Refusal: Hashable {
        let recipient: String
        let answer: Answer

        var text: String { "\(recipient): \(answer.text)" }
    }

    mutating func sent(_ line: String) {
        let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
        switch verb {
        case "MAIL": stage = .sender
        case "RCPT":
            stage = .recipients
            recipient = SMTPDialogue.address(in: line)
        case "DATA": stage = .content
        case "QUIT":
            isClosing = true
            return
        default: return
        }
        lastAnswer = nil
    }

    mutating func received(_ line: String) {
        guard !isClosing, let answer = Answer(line) else { return }
        lastAnswer = answer
        if stage == .recipients, answer.code >= 400 {
            refusals.append(Refusal(recipient: recipient, answer: answer))
        }
    }

    /// What a transfer that ended well is told as.
    var receipt: String {
        let answer = lastAnswer?.text ?? ""
        guard !refusals.isEmpty else { return answer }
        return "\(answer) (refused: \(refusals.map(\.text).joined(separator: "; ")))"
    }

    /// What a transfer that failed means for the message.
    ///
    /// Where the server said nothing that decides, libcurl's own words, `complaint`, are all there is.
    func failure(_ complaint: String) -> MailError {
        guard let answer = lastAnswer, answer.code >= 400 else { return MailError(.unreachable, complaint) }
        if stage == .opening {
            return MailError(.unreachable, "\(answer.text) (\(complaint))", smtpCode: answer.code)
        }
        if let passing = refusals.first(where: { $0.answer.code < 500 }), stage == .recipients {
            return MailError(.temporary, refusalText, smtpCode: passing.answer.code)
        }
        guard answer.code >= 500 else { return MailError(.temporary, answer.text, smtpCode: answer.code) }
        return stage == .recipients
            ? MailError(.refusedRecipient, refusalText, smtpCode: answer.code)
            : MailError(.permanent, answer.text, smtpCode: answer.code)
    }

    private var refusalText: String {
        refusals.map(\.text).joined(separator: "; ")
    }

    private static func address(in line: String) -> String {
        guard let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close else {
            return line
        }
        return String(line[line.index(after: open)..<close])
    }
}
