internal import CCurl
internal import Foundation

/// One listing or one file over one connection, by a libcurl handle that lives no longer than that.
struct SFTPTransfer {
    private static let connectMilliseconds = 15_000

    private let settings: SFTPSettings

    init(_ settings: SFTPSettings) {
        self.settings = settings
    }

    /// - Parameters:
    ///   - name: of a file; nil for the listing of the folder.
    ///   - offset: from which byte of the file on.
    ///   - limit: the most bytes.
    /// - Returns: what came, and why not all of it did.
    func perform(_ name: String?, from offset: Int = 0, limit: Int) -> (bytes: [UInt8], failure: SFTPError?) {
        guard SFTPTransfer.libraryIsReady, let handle = curl_easy_init() else {
            return ([], SFTPError(.unreachable, "libcurl does not start"))
        }
        defer { curl_easy_cleanup(handle) }
        var complaint = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var download = Download(limit: limit)
        let code = withUnsafeMutablePointer(to: &download) { download in
            complaint.withUnsafeMutableBufferPointer { complaint in
                let words = complaint.baseAddress
                let steps: [() -> CURLcode] = [
                    { mizumori_curl_set_error_buffer(handle, words) },
                    { mizumori_curl_set_writer(handle, takeBytes, download) },
                    { setNumbers(handle) },
                    { setTexts(handle, name) },
                    { mizumori_curl_set_size(handle, CURLOPT_RESUME_FROM_LARGE, curl_off_t(offset)) },
                    { curl_easy_perform(handle) },
                ]
                return steps.lazy.map { $0() }.first { $0 != CURLE_OK } ?? CURLE_OK
            }
        }
        let failure = code == CURLE_OK ? nil : failure(code, complaint, download, name)
        return (download.bytes, failure)
    }

    private func setNumbers(_ handle: UnsafeMutableRawPointer) -> CURLcode {
        let kinds = settings.keyFile == nil ? CURLSSH_AUTH_PASSWORD : CURLSSH_AUTH_PUBLICKEY
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_SSH_AUTH_TYPES, Int(kinds)),
            (CURLOPT_CONNECTTIMEOUT_MS, SFTPTransfer.connectMilliseconds),
            (CURLOPT_TIMEOUT_MS, settings.timeoutSeconds * 1_000),
        ]
        return numbers.lazy.map { mizumori_curl_set_long(handle, $0.0, $0.1) }.first { $0 != CURLE_OK }
            ?? CURLE_OK
    }

    private func setTexts(_ handle: UnsafeMutableRawPointer, _ name: String?) -> CURLcode {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, settings.url + (name.map(SFTPTransfer.escaped) ?? "")),
            (CURLOPT_PROTOCOLS_STR, "sftp"),
            // Without this, ALL_PROXY of the environment would decide.
            (CURLOPT_PROXY, ""),
            (CURLOPT_USERNAME, settings.user),
            (settings.keyFile == nil ? CURLOPT_PASSWORD : CURLOPT_KEYPASSWD, settings.password),
            (CURLOPT_SSH_PRIVATE_KEYFILE, settings.keyFile),
            (CURLOPT_SSH_KNOWNHOSTS, settings.knownHosts),
        ]
        return texts.lazy.compactMap { option, text in
            text.map { mizumori_curl_set_text(handle, option, $0) }
        }.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func failure(_ code: CURLcode, _ complaint: [CChar], _ download: Download, _ name: String?)
        -> SFTPError
    {
        let place = settings.url + (name ?? "")
        if download.isFull { return SFTPError(.file, "\(place): more than \(download.limit) bytes") }
        let bytes = complaint.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let said =
            bytes.isEmpty ? String(cString: curl_easy_strerror(code)) : String(decoding: bytes, as: UTF8.self)
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION:
            return SFTPError(
                .stranger,
                "\(place): the host is not the one in \(settings.knownHosts): \(said)"
            )
        case CURLE_LOGIN_DENIED: return SFTPError(.login, "\(place): \(settings.user) is refused: \(said)")
        case CURLE_REMOTE_ACCESS_DENIED, CURLE_REMOTE_FILE_NOT_FOUND, CURLE_BAD_DOWNLOAD_RESUME:
            return SFTPError(name == nil ? .unreachable : .file, "\(place): \(said)")
        default: return SFTPError(.unreachable, "\(place): \(said)")
        }
    }

    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private static func escaped(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? name
    }
}

/// What came so far.
private struct Download {
    let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var isFull = false

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: how many bytes were taken; none when it became too much, which ends the transfer.
    mutating func take(_ piece: UnsafeRawBufferPointer) -> Int {
        guard bytes.count + piece.count <= limit else {
            isFull = true
            return 0
        }
        bytes.append(contentsOf: piece)
        return piece.count
    }
}

/// libcurl hands over the next bytes.
private func takeBytes(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    let piece = UnsafeRawBufferPointer(start: buffer, count: size * count)
    return context?.assumingMemoryBound(to: Download.self).pointee.take(piece) ?? 0
}
