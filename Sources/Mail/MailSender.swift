/// Who the mails are from.
public struct MailSender: Hashable, Sendable {
    /// The name that people see: `水守`.
    public let name: String
    public let address: MailAddress

    public init(name: String, address: MailAddress) {
        self.name = name
        self.address = address
    }

    /// The value of a From field, folded.
    ///
    /// A phrase of encoded words stands bare, one of ASCII between quotation marks.
    func headerValue(from column: Int) -> String {
        let name = EncodedWords.withoutControls(name)
        guard !name.isEmpty else { return address.description }
        let phrase =
            name.utf8.allSatisfy { $0 < 0x7F } && name.utf8.count < 50 && !name.contains("=?")
            ? MailSender.quoted(name) : EncodedWords.value(name, from: column)
        return phrase + "\r\n <\(address)>"
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }
}
