/// A mail as it goes over the wire, ready to be sent again unchanged.
public struct OutgoingMessage: Hashable, Sendable {
    /// With its angle brackets: `<inc-000123.opened@gateway.example>`.
    public let messageID: String
    /// Where the servers report what they could not deliver.
    public let envelopeFrom: String
    public let recipients: [String]
    /// The whole RFC 5322 message, lines ended by CR LF, ASCII only; dots are not doubled.
    public let bytes: [UInt8]

    public init(messageID: String, envelopeFrom: String, recipients: [String], bytes: [UInt8]) {
        self.messageID = messageID
        self.envelopeFrom = envelopeFrom
        self.recipients = recipients
        self.bytes = bytes
    }
}
