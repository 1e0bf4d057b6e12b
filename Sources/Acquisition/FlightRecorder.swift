import Dispatch
import Foundation
import Metering

/// Keeps the raw frames of lines with their timing, in a ring of files that never grows beyond its limit.
///
/// One folder, for each line a few files named `LINE.1.rec`, `LINE.2.rec`, ...; the newest has the highest number. When a
/// file has its share of the limit a new one begins, and the oldest goes. Lines of text, so that a person can read them:
///
/// ```
/// mizumori-recording 1 line-a
/// E asked ended unit kind strays timeout request reply      microseconds of UTC, hexadecimal frames, - for nothing
/// R due ended                                               a round is over
/// ```
///
/// Written on a queue of its own: a full or slow disk delays no exchange. What cannot be written is not recorded, and
/// said once.
public final class FlightRecorder: Sendable {
    private let queue = DispatchQueue(label: "mizumori.flight-recorder")
    private let tape: Tape

    /// - Parameters:
    ///   - folder: made when it does not exist.
    ///   - limitBytes: for each line.
    ///   - failed: told once when something cannot be written.
    public init(folder: String, limitBytes: Int, failed: @escaping @Sendable (String) -> Void) {
        tape = Tape(folder: folder, limitBytes: limitBytes, failed: failed)
    }

    public func note(_ event: LineEvent) {
        queue.async { [tape] in tape.write(RecordedLine.text(event), of: event.path) }
    }

    public func note(_ report: RoundReport) {
        let text = RecordedLine.text(round: report.due, ended: Moment(report.endedAt))
        queue.async { [tape] in tape.write(text, of: report.path) }
    }

    /// Waits until everything noted so far is written.
    public func flush() {
        queue.sync {}
    }
}

/// The files; used on the recorder's queue only.
private final class Tape: Sendable {
    private static let segments = 4

    private let folder: String
    private let segmentBytes: Int
    private let failed: @Sendable (String) -> Void
    private let reels = LockedReels()

    init(folder: String, limitBytes: Int, failed: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        segmentBytes = max(4_096, limitBytes / Tape.segments)
        self.failed = failed
    }

    func write(_ line: String, of path: Path.ID) {
        reels.with(path) { reel in
            do {
                if reel.handle == nil || reel.bytes >= segmentBytes { try begin(&reel, path) }
                let data = Data((line + "\n").utf8)
                try reel.handle?.write(contentsOf: data)
                reel.bytes += data.count
                reel.hasFailed = false
            } catch {
                if !reel.hasFailed { failed("\(folder): \(error.localizedDescription)") }
                reel.hasFailed = true
                reel.handle = nil
            }
        }
    }

    private func begin(_ reel: inout Reel, _ path: Path.ID) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let numbers = Recording.files(of: path, in: folder).map(\.number)
        for number in numbers.dropLast(Tape.segments - 1) {
            try FileManager.default.removeItem(atPath: Recording.file(path, number, in: folder))
        }
        let file = Recording.file(path, (numbers.last ?? 0) + 1, in: folder)
        let header = Data(("\(RecordedLine.header) \(path)\n").utf8)
        try header.write(to: URL(fileURLWithPath: file))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.seekToEnd()
        reel.handle = handle
        reel.bytes = header.count
    }
}
