/// One folder on another machine; libcurl blocks, so it has a thread of its own.
actor RemoteFolder {
    private let thread: LineThread
    private let transfer: SFTPTransfer
    private let mostBytes: Int

    init(_ settings: SFTPSettings, mostBytes: Int) {
        thread = LineThread(label: "mizumori.sftp")
        transfer = SFTPTransfer(settings)
        self.mostBytes = mostBytes
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func list() throws(SFTPError) -> [RemoteFile] {
        let bytes = try transfer.perform(nil, limit: mostBytes)
        return try RemoteFile.list(String(decoding: bytes, as: UTF8.self))
    }

    /// - Throws: `SFTPError`, also when another number of bytes came than the listing says.
    func bytes(of file: RemoteFile) throws(SFTPError) -> [UInt8] {
        let bytes = try transfer.perform(file.name, limit: mostBytes)
        guard bytes.count == file.bytes else {
            throw SFTPError(.file, "\(file.name): expected \(file.bytes) bytes, found \(bytes.count)")
        }
        return bytes
    }
}
