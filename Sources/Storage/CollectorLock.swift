internal import Glibc

/// The hold of one collector on a data folder: an advisory lock that ends with the process, however it ends.
///
/// The lock is on the open file, not on its existence, so a file left by a killed collector blocks nobody.
final class CollectorLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock at once or throws `.locked`; never waits.
    init(file: String) throws(StoreError) {
        let opened = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw StoreError(system: errno, "could not open \(file)") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = CollectorLock.holder(in: opened)
            close(opened)
            guard reason == EWOULDBLOCK else { throw StoreError(system: reason, "could not lock \(file)") }
            throw StoreError(.locked, "another collector\(holder) holds \(file)")
        }
        descriptor = opened
        writeOwnNumber()
    }

    deinit {
        close(descriptor)
    }

    /// The number is for people only, so a failure to write it is no failure to lock.
    private func writeOwnNumber() {
        guard ftruncate(descriptor, 0) == 0 else { return }
        let text = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func holder(in descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0,
            let number = Int(String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self))
        else { return "" }
        return " (process \(number))"
    }
}

extension StoreError {
    init(system code: CInt, _ message: String) {
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        switch code {
        case EACCES, EROFS, EPERM: self.init(.readOnly, message, cause: words)
        case ENOSPC, EDQUOT: self.init(.full, message, cause: words)
        default: self.init(.failed, message, cause: words)
        }
    }
}
