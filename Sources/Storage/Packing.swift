internal import CZlib

/// Bytes packed as a zlib stream (RFC 1950), for captures that are long and repeat themselves, as rows of a file do.
enum Packing {
    /// - Returns: the packed bytes; nil when they would not be shorter.
    static func packed(_ bytes: [UInt8]) -> [UInt8]? {
        var packed = [UInt8](repeating: 0, count: Int(compressBound(uLong(bytes.count))))
        var length = uLongf(packed.count)
        guard compress2(&packed, &length, bytes, uLong(bytes.count), Z_BEST_SPEED) == Z_OK,
            Int(length) < bytes.count
        else { return nil }
        packed.removeLast(packed.count - Int(length))
        return packed
    }

    /// - Parameters:
    ///   - packed: what `packed` gave.
    ///   - length: of what was packed.
    /// - Returns: the bytes as they were.
    /// - Throws: `.damaged` when they are not a stream of that length.
    static func unpacked(_ packed: [UInt8], length: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var written = uLongf(length)
        guard uncompress(&bytes, &written, packed, uLong(packed.count)) == Z_OK, Int(written) == length else {
            throw StoreError(.damaged, "a packed capture can't be unpacked")
        }
        return bytes
    }
}
