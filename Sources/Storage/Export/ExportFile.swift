internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// A large file that is written piece by piece and gets its name when it is whole.
///
/// Until then it is called `NAME.part`. Now and then what was written is synced, and `NAME.part.progress` says how many
/// bytes are sure and what they hold; so a writer that was killed is begun again behind the last of these marks, and the
/// file ends as if nothing had happened. What was written behind the mark is cut off first.
///
/// One writer at a time, who holds a lock on `NAME.part`; used by one task.
public final class ExportFile: Sendable {
    /// How much is written between two marks.
    public static let bytesPerMark = 8 * 1_024 * 1_024

    /// What the bytes up to a mark hold.
    public struct Mark: Hashable, Sendable {
        /// What is exported, up to which of the store's marks; a file of another export is begun anew.
        public var export: String
        /// What was done last; empty at the beginning.
        public var last: String
        public var bytes: Int64
    }

    private struct State {
        var buffer: [UInt8] = []
        var mark: Mark
        /// Written to the file since it was opened or cut, mark included.
        var written: Int64
    }

    public let name: String
    private let descriptor: CInt
    private let state: Mutex<State>

    private var part: String { name + ".part" }
    private var progress: String { name + ".part.progress" }

    /// Opens the unfinished file of this name, or begins a new one.
    ///
    /// - Parameters:
    ///   - name: the file to be; it must not exist.
    ///   - isSame: whether an unfinished file that says so is of this export.
    ///   - begin: what is exported, for a file that is begun anew.
    /// - Throws: `.conflicting` when the file exists, `.locked` when somebody is writing it, `.readOnly` or `.full`.
    public init(
        _ name: String,
        continuing isSame: (Mark) -> Bool,
        else begin: String
    ) throws(StoreError) {
        guard !DurableFile.exists(name) else { throw StoreError(.conflicting, "\(name) exists already") }
        let part = name + ".part"
        descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw StoreError(system: errno, "could not write \(part)") }
        self.name = name
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw code == EWOULDBLOCK
                ? StoreError(.locked, "somebody is writing \(part)")
                : StoreError(system: code, "could not lock \(part)")
        }
        let size = Int64(lseek(descriptor, 0, SEEK_END))
        let known = ExportFile.mark(in: name + ".part.progress").flatMap { mark in
            isSame(mark) && size >= mark.bytes ? mark : nil
        }
        let mark = known ?? Mark(export: begin, last: "", bytes: 0)
        guard size == mark.bytes || ftruncate(descriptor, Int(mark.bytes)) == 0,
            lseek(descriptor, Int(mark.bytes), SEEK_SET) >= 0
        else {
            let code = errno
            Glibc.close(descriptor)
            throw StoreError(system: code, "could not write \(part)")
        }
        state = Mutex(State(mark: mark, written: mark.bytes))
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// What is sure.
    public var mark: Mark { state.withLock { $0.mark } }

    /// Writes some bytes, sooner or later.
    ///
    /// - Throws: `.full` and the like; the unfinished file stays for the next time.
    public func append(_ bytes: some Sequence<UInt8>) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            state.buffer.append(contentsOf: bytes)
            if state.buffer.count >= 256 * 1_024 { try flush(&state) }
        }
    }

    /// Says that everything up to `last` is written; what is enough for a mark is synced.
    public func finish(_ last: String) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            let size = state.written + Int64(state.buffer.count)
            guard size - state.mark.bytes >= Int64(ExportFile.bytesPerMark) else { return }
            try flush(&state)
            guard fsync(descriptor) == 0 else { throw StoreError(system: errno, "could not sync \(part)") }
            state.mark.last = last
            state.mark.bytes = state.written
            try keep(state.mark)
        }
    }

    /// Gives the file its name.
    public func close() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in try flush(&state) }
        guard !DurableFile.exists(name) else { throw StoreError(.conflicting, "\(name) exists already") }
        try DurableFile.rename(part, to: name)
        DurableFile.remove(progress)
    }

    private func flush(_ state: inout State) throws(StoreError) {
        var start = 0
        while start < state.buffer.count {
            let count = state.buffer.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError(system: errno, "could not write \(part)") }
            start += count
        }
        state.written += Int64(state.buffer.count)
        state.buffer.removeAll(keepingCapacity: true)
    }

    private func keep(_ mark: Mark) throws(StoreError) {
        let text = "\(mark.export)\n\(mark.last)\n\(mark.bytes)\n"
        let new = progress + ".new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw StoreError(system: errno, "could not write \(new)") }
        let bytes = Array(text.utf8)
        let count = write(file, bytes, bytes.count)
        let code = errno
        Glibc.close(file)
        guard count == bytes.count else { throw StoreError(system: code, "could not write \(new)") }
        try DurableFile.rename(new, to: progress)
    }

    private static func mark(in file: String) -> Mark? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, let bytes = Int64(lines[2]), bytes >= 0 else { return nil }
        return Mark(export: String(lines[0]), last: String(lines[1]), bytes: bytes)
    }
}
