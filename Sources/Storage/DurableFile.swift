internal import Glibc

/// System calls on files whose names must survive a power cut.
enum DurableFile {
    static func exists(_ file: String) -> Bool {
        access(file, F_OK) == 0
    }

    static func remove(_ file: String) {
        _ = unlink(file)
    }

    /// Syncs the file, gives it its name, then syncs the folder that holds the name.
    static func rename(_ file: String, to name: String) throws(StoreError) {
        try sync(file)
        guard Glibc.rename(file, name) == 0 else { throw StoreError(system: errno, "could not name \(name)") }
        let folder = name.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/"
        )
        try sync(folder.isEmpty ? (name.hasPrefix("/") ? "/" : ".") : folder)
    }

    /// Gives the file a second name, which both have to go before it does.
    static func link(_ file: String, as name: String) throws(StoreError) {
        guard Glibc.link(file, name) == 0 else { throw StoreError(system: errno, "could not name \(name)") }
    }

    /// Whether these are the first bytes of the file; not so where it can't be read.
    static func starts(_ file: String, with bytes: [UInt8]) -> Bool {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: bytes.count)
        return pread(descriptor, &head, head.count, 0) == head.count && head == bytes
    }

    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(system: errno, "could not open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError(system: errno, "could not sync \(path)") }
    }
}
