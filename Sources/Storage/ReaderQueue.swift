import Dispatch
internal import Synchronization

/// Runs reads beside each other on threads of their own, at most as many at once as there are connections for them.
///
/// GRDB's own way to read from a task goes through a queue that waits for a connection and then through the connection's
/// queue. Each change of thread costs more than a point's month does to read; here there is one on the way in and one on
/// the way out. No thread waits for a connection: what is too many waits in line.
final class ReaderQueue: Sendable {
    /// How many reads run at once, and so how many connections they need.
    static let width = 5

    private let queue = DispatchQueue(label: "mizumori.store.readers", attributes: .concurrent)
    private let line = Mutex(Line())

    private struct Line {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    /// Runs `work` as soon as one of the threads is free, first come first served.
    func async(_ work: @escaping @Sendable () -> Void) {
        let isFree = line.withLock { line in
            guard line.running < ReaderQueue.width else {
                line.waiting.append(work)
                return false
            }
            line.running += 1
            return true
        }
        if isFree { start(work) }
    }

    private func start(_ work: @escaping @Sendable () -> Void) {
        queue.async {
            var next: (@Sendable () -> Void)? = work
            while let some = next {
                some()
                next = self.line.withLock { line in
                    guard line.waiting.isEmpty else { return line.waiting.removeFirst() }
                    line.running -= 1
                    return nil
                }
            }
        }
    }
}
