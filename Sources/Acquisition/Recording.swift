import Foundation
public import Metering
import Synchronization

/// What the flight recorder kept of one line, read back.
public struct Recording: Sendable {
    public let path: Path.ID
    public let entries: [Entry]
    public let rejections: [Rejection]

    public enum Entry: Hashable, Sendable {
        case event(LineEvent)
        case round(due: Moment, ended: Moment)

        /// When it was over, by which entries of several lines are brought into one order.
        public var at: Moment {
            switch self {
            case .event(let event): event.ended
            case .round(_, let ended): ended
            }
        }
    }

    /// Reads one file; lines that say nothing are left out with their reason.
    ///
    /// - Parameters:
    ///   - text: of the file.
    ///   - name: its name, for messages.
    public init(_ text: String, named name: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = lines.isEmpty ? "" : lines.removeFirst()
        let parts = header.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, parts.prefix(2).joined(separator: " ") == RecordedLine.header else {
            path = Path.ID("")
            entries = []
            rejections = [
                Rejection(
                    place: "\(name):1",
                    field: "header",
                    expected: "\(RecordedLine.header) LINE",
                    found: String(header.prefix(80))
                )
            ]
            return
        }
        let line = Path.ID(parts[2])
        var entries: [Entry] = []
        var rejections: [Rejection] = []
        for (number, text) in lines.enumerated() where !text.isEmpty {
            if let entry = RecordedLine.entry(text, of: line) {
                entries.append(entry)
            } else {
                let place = "\(name):\(number + 2)"
                rejections.append(
                    Rejection(
                        place: place,
                        field: "entry",
                        expected: "E with eight fields or R with two",
                        found: String(text.prefix(80))
                    )
                )
            }
        }
        path = line
        self.entries = entries
        self.rejections = rejections
    }

    /// The files of a line in a folder, the oldest first.
    public static func files(of path: Path.ID, in folder: String) -> [(number: Int, name: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name -> (number: Int, name: String)? in
            guard name.hasPrefix(path.rawValue + "."), name.hasSuffix(".rec"),
                let number = Int(name.dropFirst(path.rawValue.count + 1).dropLast(4))
            else { return nil }
            return (number, folder + "/" + name)
        }.sorted { $0.number < $1.number }
    }

    static func file(_ path: Path.ID, _ number: Int, in folder: String) -> String {
        "\(folder)/\(path).\(number).rec"
    }
}

/// Lines of a recording.
enum RecordedLine {
    static let header = "mizumori-recording 1"

    static func text(_ event: LineEvent) -> String {
        let fields = [
            "E", "\(event.asked.microseconds)", "\(event.ended.microseconds)", "\(event.unit)",
            "\(event.kind)",
            "\(event.strays)", "\(event.timeout.microseconds)", hexadecimal(event.request),
            hexadecimal(event.reply),
        ]
        return fields.joined(separator: " ")
    }

    static func text(round due: Moment, ended: Moment) -> String {
        "R \(due.microseconds) \(ended.microseconds)"
    }

    static func entry(_ text: Substring, of path: Path.ID) -> Recording.Entry? {
        let fields = text.split(separator: " ").map(String.init)
        if fields.count == 3, fields[0] == "R", let due = Int64(fields[1]), let ended = Int64(fields[2]) {
            return .round(due: Moment(microseconds: due), ended: Moment(microseconds: ended))
        }
        guard fields.count == 9, fields[0] == "E", let asked = Int64(fields[1]), let ended = Int64(fields[2]),
            let unit = UInt8(fields[3]), let kind = ExchangeKind(fields[4]), let strays = Int(fields[5]),
            let timeout = Int64(fields[6]), let request = bytes(fields[7]), let reply = bytes(fields[8])
        else { return nil }
        return .event(
            LineEvent(
                path: path,
                unit: unit,
                asked: Moment(microseconds: asked),
                ended: Moment(microseconds: ended),
                kind: kind,
                request: request,
                reply: reply,
                strays: strays,
                timeout: .microseconds(timeout)
            )
        )
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF")
        return bytes.isEmpty ? "-" : String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text != "-" else { return [] }
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// One line's present file.
struct Reel: Sendable {
    var handle: FileHandle?
    var bytes = 0
    var hasFailed = false
}

/// The present files by line.
final class LockedReels: Sendable {
    private let reels = Mutex<[Path.ID: Reel]>([:])

    func with(_ path: Path.ID, _ body: (inout Reel) -> Void) {
        reels.withLock { body(&$0[path, default: Reel()]) }
    }
}
