import Foundation
import Synchronization

/// A folder of delivered messages, one file each, and the count of them.
///
/// `new/0001.eml` is the message as it came; `0001.txt` beside the folder is its subject and text for reading, where it
/// could be made out.
public final class Mailbox: Sendable {
    public let path: String
    private let state: Mutex<State>

    private struct State {
        var deliveries: Int
        var identifiers: Set<String>
    }

    /// Opens the folder and counts what is there.
    public init(path: String) throws {
        self.path = path
        let folder = URL(fileURLWithPath: path).appendingPathComponent("new")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".eml") }
        var identifiers: Set<String> = []
        for name in names {
            let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
            identifiers.insert(MailText(bytes: [UInt8](bytes)).header("Message-ID") ?? name)
        }
        state = Mutex(State(deliveries: names.count, identifiers: identifiers))
    }

    /// How many messages were delivered.
    public var deliveries: Int { state.withLock { $0.deliveries } }

    /// How many different Message-IDs they had.
    public var distinctMessages: Int { state.withLock { $0.identifiers.count } }

    /// Keeps a message; whole under its name or not at all.
    func keep(_ message: [UInt8]) throws {
        try state.withLock { state in
            let name = String(String(state.deliveries + 10_001).dropFirst())
            let folder = URL(fileURLWithPath: path)
            let text = MailText(bytes: message)
            try Data(text.readable.utf8).write(to: folder.appendingPathComponent("\(name).txt"))
            try Data(message).write(
                to: folder.appendingPathComponent("new/\(name).eml"),
                options: .atomic
            )
            state.deliveries += 1
            state.identifiers.insert(text.header("Message-ID") ?? name)
        }
    }
}
