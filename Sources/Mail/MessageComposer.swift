public import Alerting
internal import FoundationEssentials
internal import Metering

/// Makes RFC 5322 messages out of mail intents: one intent, always the same bytes.
///
/// Plain text and nothing else, ASCII on the wire (base64, encoded words), so that mail sanitising (無害化) has nothing
/// to take away and no relay has to convert anything.
public struct MessageComposer: Sendable {
    private let templates: MailTemplates
    private let sender: MailSender

    public init(templates: MailTemplates, sender: MailSender) {
        self.templates = templates
        self.sender = sender
    }

    /// - Throws: `.permanent` when a recipient is no address, nobody is named, or the Message-ID is malformed.
    public func compose(_ intent: MailIntent) throws(MailError) -> OutgoingMessage {
        let recipients = try MessageComposer.addresses(intent.recipients)
        try MessageComposer.check(messageID: intent.messageID)
        let (subject, body) = wording(of: intent)
        let headers = [
            "Date: \(intent.createdAt.mailDate)",
            "From: \(sender.headerValue(from: 6))",
            "To: \(MessageComposer.folded(recipients))",
            "Message-ID: \(intent.messageID)",
            "Subject: \(EncodedWords.value(subject, from: 9))",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=UTF-8",
            "Content-Transfer-Encoding: base64",
        ]
        let text = headers.joined(separator: "\r\n") + "\r\n\r\n" + MessageComposer.base64(body) + "\r\n"
        return OutgoingMessage(
            messageID: intent.messageID,
            envelopeFrom: sender.address.description,
            recipients: recipients.map(\.description),
            bytes: Array(text.utf8)
        )
    }

    private func wording(of intent: MailIntent) -> (subject: String, body: String) {
        switch intent.purpose {
        case .incidentOpened: templates.incident.render(MailWording(incident: intent.facts).values)
        case .test: templates.test.render(MailWording(test: intent.facts).values)
        }
    }

    private static func addresses(_ texts: [String]) throws(MailError) -> [MailAddress] {
        let bad = texts.filter { MailAddress($0) == nil }
        guard bad.isEmpty else {
            throw MailError(
                .permanent,
                "not mail addresses: \(bad.map(\.debugDescription).joined(separator: ", "))"
            )
        }
        guard !texts.isEmpty else { throw MailError(.permanent, "the mail names no recipient") }
        return texts.compactMap { MailAddress($0) }
    }

    private static func check(messageID: String) throws(MailError) {
        let isWhole = messageID.hasPrefix("<") && messageID.hasSuffix(">")
        guard isWhole, MailAddress(String(messageID.dropFirst().dropLast())) != nil else {
            throw MailError(.permanent, "\(messageID.debugDescription) is no Message-ID")
        }
    }

    /// One address a line, because every client unfolds that and no line can grow too long.
    private static func folded(_ addresses: [MailAddress]) -> String {
        addresses.map(\.description).joined(separator: ",\r\n ")
    }

    /// The body with CR LF line ends, as lines of 76 characters.
    private static func base64(_ body: String) -> String {
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        return Data(lines.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
    }
}

extension Instant {
    /// RFC 5322, 3.3, in Japan's time: `Sun, 25 Jan 2026 06:00:00 +0900`.
    fileprivate var mailDate: String {
        let localDay = LocalDay(containing: self)
        let (year, month, day) = localDay.components
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][localDay.weekday]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = japaneseDescription.dropFirst(11).prefix(8)
        return "\(weekday), \(day) \(months[month - 1]) \(year) \(time) +0900"
    }
}
