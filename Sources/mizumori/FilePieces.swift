import ArgumentParser
import Foundation
import Gateway
import Storage
import Synchronization

/// A file that is read piece by piece, so that its size does not matter.
final class FilePieces: Sendable {
    let size: Int64
    private let handle: Mutex<FileHandle>

    /// A file that cannot be read ends the command.
    init(_ path: String, _ voice: Voice) throws {
        guard let handle = FileHandle(forReadingAtPath: path), let end = try? handle.seekToEnd(),
            (try? handle.seek(toOffset: 0)) != nil
        else {
            voice.tell("\(path): cannot be read", "\(path): 読めません")
            throw ExitCode.refused
        }
        size = Int64(end)
        self.handle = Mutex(handle)
    }

    /// The next bytes; none at the end.
    func next() throws -> [UInt8] {
        try handle.withLock { [UInt8](try $0.read(upToCount: Importing.pieceBytes) ?? Data()) }
    }
}

/// Tells on a terminal how far an import has come, on one line that is written over.
struct ImportProgress: Sendable {
    private let size: Int64
    private let voice: Voice
    private let isShown: Bool

    init(size: Int64, _ voice: Voice) {
        self.size = size
        self.voice = voice
        isShown = isatty(STDERR_FILENO) == 1
    }

    func show(_ outcome: Importing.Outcome) {
        guard isShown, size > 0 else { return }
        let percent = outcome.bytes * 100 / size
        let text = voice.phrase(
            "\(percent) %, \(outcome.tally.stored) stored",
            "\(percent) %、保存 \(outcome.tally.stored) 件"
        )
        FileHandle.standardError.write(Data("\r\(text)\u{1B}[K".utf8))
    }

    func finish() {
        if isShown, size > 0 { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
