import Synchronization

/// A port that is known once somebody listens on it.
public final class ListeningPort: Sendable {
    private let state = Mutex(State())

    private struct State {
        var port: Int?
        var waiters: [CheckedContinuation<Int, Never>] = []
    }

    public init() {}

    /// Tells the port to all who wait for it.
    public func announce(_ port: Int) {
        let waiters = state.withLock { state in
            state.port = port
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: port) }
    }

    /// Waits for the port.
    public func number() async -> Int {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.port == nil { state.waiters.append(continuation) }
                return state.port
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
