import Logging
import Synchronization

/// What was logged at notice or above.
final class HeardLog: Sendable {
    private let lines = Mutex<[String]>([])

    var messages: [String] { lines.withLock { $0 } }

    /// A logger that is heard here.
    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: HeardLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let unit = event.metadata?["unit"].map { " \($0)" } ?? ""
            log.lines.withLock { $0.append("\(event.message)\(unit)") }
        }
    }
}
