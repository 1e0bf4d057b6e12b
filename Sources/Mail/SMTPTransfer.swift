internal import CCurl

/// One message over one connection, by a libcurl handle that lives no longer than that.
///
/// libcurl speaks the protocol and doubles leading dots. What the server says to which command is overheard, because
/// libcurl's own code tells a refused recipient from a refused message no better than from a lost line.
struct SMTPTransfer {
    private let settings: SMTPSettings
    private let message: OutgoingMessage

    init(_ settings: SMTPSettings, _ message: OutgoingMessage) {
        self.settings = settings
        self.message = message
    }

    /// - Returns: the server's answer to the message.
    func perform() throws(MailError) -> String {
        guard SMTPTransfer.libraryIsReady, let handle = curl_easy_init() else {
            throw MailError(.unreachable, "libcurl does not start")
        }
        let recipients = SMTPTransfer.list(message.recipients)
        defer { curl_slist_free_all(recipients) }
        var complaint = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var upload = Upload(message.bytes)
        var dialogue = SMTPDialogue()
        let code = withUnsafeMutablePointer(to: &upload) { upload in
            withUnsafeMutablePointer(to: &dialogue) { dialogue in
                complaint.withUnsafeMutableBufferPointer { complaint in
                    // Cleaning up says QUIT, so it has to happen while all three are still there.
                    defer { curl_easy_cleanup(handle) }
                    let words = complaint.baseAddress
                    let steps: [() -> CURLcode] = [
                        { mizumori_curl_set_error_buffer(handle, words) },
                        { mizumori_curl_set_reader(handle, giveBytes, upload) },
                        { mizumori_curl_set_listener(handle, overhear, dialogue) },
                        { mizumori_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients) },
                        { setNumbers(handle) },
                        { setTexts(handle) },
                        { curl_easy_perform(handle) },
                    ]
                    return steps.lazy.map { $0() }.first { $0 != CURLE_OK } ?? CURLE_OK
                }
            }
        }
        guard code == CURLE_OK else { throw dialogue.failure(SMTPTransfer.text(complaint, code)) }
        return dialogue.receipt
    }

    private func setNumbers(_ handle: UnsafeMutableRawPointer) -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_UPLOAD, 1),
            (CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1),
            (CURLOPT_USE_SSL, useSSL),
            (CURLOPT_CONNECTTIMEOUT_MS, settings.connectMilliseconds),
            (CURLOPT_TIMEOUT_MS, settings.totalMilliseconds),
        ]
        let size = mizumori_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.bytes.count))
        guard size == CURLE_OK else { return size }
        return numbers.lazy.map { mizumori_curl_set_long(handle, $0.0, $0.1) }.first { $0 != CURLE_OK }
            ?? CURLE_OK
    }

    private func setTexts(_ handle: UnsafeMutableRawPointer) -> CURLcode {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, url),
            (CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            // Without this, ALL_PROXY of the environment would decide.
            (CURLOPT_PROXY, ""),
            (CURLOPT_MAIL_FROM, message.envelopeFrom),
            (CURLOPT_USERNAME, settings.login?.user),
            (CURLOPT_PASSWORD, settings.login?.password),
            (CURLOPT_CAINFO, settings.certificateFile),
        ]
        return texts.lazy.compactMap { option, text in
            text.map { mizumori_curl_set_text(handle, option, $0) }
        }.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private var url: String {
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let scheme = settings.security == .tls ? "smtps" : "smtp"
        return "\(scheme)://\(host):\(settings.port)/\(settings.greeting ?? "")"
    }

    private var useSSL: Int {
        switch settings.security {
        case .none: Int(CURLUSESSL_NONE.rawValue)
        case .startTLSIfOffered: Int(CURLUSESSL_TRY.rawValue)
        case .startTLS, .tls: Int(CURLUSESSL_ALL.rawValue)
        }
    }

    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private static func list(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            list = curl_slist_append(list, text) ?? list
        }
        return list
    }

    private static func text(_ complaint: [CChar], _ code: CURLcode) -> String {
        let bytes = complaint.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard bytes.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        return String(cString: curl_easy_strerror(code))
    }
}

/// What is left to send of a message.
private struct Upload {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Returns: how many bytes were written to `buffer`; 0 at the end.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = bytes[position...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        position += part.count
        return part.count
    }
}

/// libcurl asks for the next bytes of the message.
private func giveBytes(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
    return context?.assumingMemoryBound(to: Upload.self).pointee.next(into: room) ?? 0
}

/// libcurl shows a line of the dialogue.
private func overhear(
    _ handle: UnsafeMutableRawPointer?,
    _ kind: curl_infotype,
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let dialogue = context?.assumingMemoryBound(to: SMTPDialogue.self) else { return 0 }
    let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
        if kind == CURLINFO_HEADER_OUT { dialogue.pointee.sent(String(line)) }
        if kind == CURLINFO_HEADER_IN { dialogue.pointee.received(String(line)) }
    }
    return 0
}
