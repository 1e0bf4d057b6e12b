public import Acquisition
public import Metering
import Synchronization

/// The lines that are open now, by name: whoever wants to ask on one goes through its queue.
public final class Switchboard: Sendable {
    private let lines = Mutex<[Path.ID: any RegisterBus]>([:])

    public init() {}

    /// Nil for a line that is not polled.
    public func bus(of line: Path.ID) -> (any RegisterBus)? {
        lines.withLock { $0[line] }
    }

    public var open: [Path.ID] {
        lines.withLock { $0.keys.sorted() }
    }

    func connect(_ bus: any RegisterBus, as line: Path.ID) {
        lines.withLock { $0[line] = bus }
    }

    func disconnect(_ line: Path.ID, _ bus: LineQueue) {
        lines.withLock { lines in
            if (lines[line] as? LineQueue) === bus { lines[line] = nil }
        }
    }
}
