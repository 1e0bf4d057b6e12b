import Decoding
import Metering

/// One folder on another machine; libcurl blocks, so it has a thread of its own.
///
/// A download that broke off goes on where it ended, as long as the listing shows the same size and time of the file. It
/// goes on a little before, and what comes twice must be the same; where a checksum lies beside the file, that must fit,
/// too. Else it begins again from the start.
actor RemoteFolder {
    /// How much of a broken download is fetched once more.
    private static let overlap = 4_096

    private let thread: LineThread
    private let transfer: SFTPTransfer
    private let mostBytes: Int
    private var broken: Broken?

    /// What came of a file before the connection was lost.
    private struct Broken {
        let file: RemoteFile
        let bytes: [UInt8]
    }

    init(_ settings: SFTPSettings, mostBytes: Int) {
        thread = LineThread(label: "mizumori.sftp")
        transfer = SFTPTransfer(settings)
        self.mostBytes = mostBytes
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func list() throws(SFTPError) -> [RemoteFile] {
        let (bytes, failure) = transfer.perform(nil, limit: mostBytes)
        if let failure { throw failure }
        return try RemoteFile.list(String(decoding: bytes, as: UTF8.self))
    }

    /// - Parameters:
    ///   - file: as it is listed now.
    ///   - checksum: the name of its checksum there, where it has one.
    /// - Returns: all its bytes.
    /// - Throws: `SFTPError`, also when another number of bytes came than the listing says.
    func bytes(of file: RemoteFile, checksum: String? = nil) throws(SFTPError) -> [UInt8] {
        if let whole = try resumed(file, checksum) { return whole }
        return try rest(of: file, after: [])
    }

    /// - Returns: nil where nothing of it is kept, or what is kept is not of this content.
    private func resumed(_ file: RemoteFile, _ checksum: String?) throws(SFTPError) -> [UInt8]? {
        guard let known = broken, known.file == file, known.bytes.count < file.bytes else { return nil }
        broken = nil
        let kept = known.bytes.dropLast(RemoteFolder.overlap)
        let whole = try rest(of: file, after: Array(kept), known: known.bytes)
        guard whole.count == file.bytes, whole.starts(with: known.bytes) else { return nil }
        guard let checksum else { return whole }
        let (text, failure) = transfer.perform(checksum, limit: mostBytes)
        if let failure { throw failure }
        let digest = FeedFile(name: file.name, bytes: whole, receivedAt: Instant(secondsSince1970: 0)).digest
        return String(decoding: text, as: UTF8.self).lowercased().hasPrefix(digest) ? whole : nil
    }

    /// Fetches what is missing; what came of it is kept when the connection is lost.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - start: its first bytes.
    ///   - known: bytes that came before, of which these are the first.
    /// - Returns: all that is there now.
    /// - Throws: `SFTPError` when the connection is lost, or another number of bytes came than the listing says.
    private func rest(of file: RemoteFile, after start: [UInt8], known: [UInt8] = []) throws(SFTPError)
        -> [UInt8]
    {
        let (bytes, failure) = transfer.perform(file.name, from: start.count, limit: mostBytes - start.count)
        let whole = start + bytes
        guard let failure else {
            guard whole.count == file.bytes || !known.isEmpty else {
                throw SFTPError(.file, "\(file.name): expected \(file.bytes) bytes, found \(whole.count)")
            }
            return whole
        }
        if failure.code == .unreachable {
            // A second break may come before the first one's place; what is longer is kept, unless it contradicts.
            let longer = whole.count >= known.count ? whole : known
            if longer.starts(with: whole.count >= known.count ? known : whole), !longer.isEmpty {
                broken = Broken(file: file, bytes: longer)
            }
        }
        throw failure
    }
}
