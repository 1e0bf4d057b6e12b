internal import CZip

/// A ZIP archive in memory, opened by libzip; entries are read whole and only up to a limit.
///
/// An archive states how large its entries become, but may lie: the bytes are counted while they come.
final class ZipArchive {
    private static let mostEntries = 10_000
    private static let chunk = 1 << 16

    private let archive: OpaquePointer
    /// libzip reads from it for as long as the archive is open.
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameter bytes: the whole archive.
    /// - Throws: `FileRefusal` when it is none.
    init(_ bytes: [UInt8]) throws(FileRefusal) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        memory.copyBytes(from: bytes)
        var error = zip_error_t()
        guard
            let source = zip_source_buffer_create(memory.baseAddress, zip_uint64_t(bytes.count), 0, &error)
        else {
            memory.deallocate()
            throw FileRefusal(field: "archive", expected: "memory for it", found: "none")
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
            zip_source_free(source)
            memory.deallocate()
            throw FileRefusal(
                field: "archive",
                expected: "a workbook (ZIP)",
                found: String(cString: zip_error_strerror(&error))
            )
        }
        self.archive = archive
        self.memory = memory
        guard zip_get_num_entries(archive, 0) <= ZipArchive.mostEntries else {
            throw FileRefusal(
                field: "archive",
                expected: "at most \(ZipArchive.mostEntries) parts",
                found: "\(zip_get_num_entries(archive, 0))"
            )
        }
    }

    deinit {
        zip_discard(archive)
        memory.deallocate()
    }

    /// An entry's bytes.
    ///
    /// - Parameters:
    ///   - name: its full name.
    ///   - limit: the most bytes that are taken.
    /// - Returns: nil when there is none of this name.
    /// - Throws: `FileRefusal` when it is damaged, encrypted or larger than the limit.
    func entry(_ name: String, limit: Int) throws(FileRefusal) -> [UInt8]? {
        guard zip_name_locate(archive, name, 0) >= 0 else { return nil }
        guard let file = zip_fopen(archive, name, 0) else {
            throw FileRefusal(field: name, expected: "a part that can be read", found: words)
        }
        defer { zip_fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: ZipArchive.chunk)
        while true {
            let count = Int(zip_fread(file, &buffer, zip_uint64_t(buffer.count)))
            if count == 0 { return bytes }
            guard count > 0 else {
                throw FileRefusal(field: name, expected: "a part that can be unpacked", found: "damage")
            }
            bytes.append(contentsOf: buffer.prefix(count))
            guard bytes.count <= limit else {
                throw FileRefusal(field: name, expected: "at most \(limit) bytes unpacked", found: "more")
            }
        }
    }

    private var words: String {
        String(cString: zip_strerror(archive))
    }
}
