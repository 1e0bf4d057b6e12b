public import Metering
import Synchronization

/// History at the speed of the machine: many participants, of which exactly one runs at a time.
///
/// Each participant (a line, a feed, the outbox) has its own clock. It runs until it sleeps; then the sleeper with the
/// earliest deadline wakes, at that deadline, by its own clock. Ties go by the order of registration. So a run over
/// real bytes and a real database comes out the same each time, however the machine schedules its threads.
///
/// A participant that works for a while (a line that waits for answers) moves its own clock on; the others don't see
/// that until their own deadlines come. Therefore nobody may wait for another participant, only for the clock or for
/// real I/O, and whoever is done calls `finish()`, which `perform` does by itself.
///
/// Time stands still outside `run(until:)`: a sleep that ends later stays asleep until time runs on or the task is
/// cancelled. A cancelled sleeper throws `CancellationError` at once and cleans up without the token.
public final class VirtualTime: Sendable {
    private let state: Mutex<TokenState>

    /// - Parameter start: what every clock shows first.
    public init(startingAt start: Metering.Instant) {
        state = Mutex(TokenState(start: start.secondsSince1970 * 1_000_000))
    }

    /// Registers somebody who lives by this time; only before the first `run(until:)`.
    public func participant(named name: String) -> Participant {
        let number = state.withLock { $0.register(name) }
        return Participant(number: number, name: name, time: self)
    }

    /// Lets time run to `end`, and returns when every participant has finished or sleeps until later.
    ///
    /// The first call waits until every registered participant sleeps for the first time. Returns early when the task
    /// is cancelled; time then stands still where it is.
    public func run(until end: Metering.Instant) async {
        let id = state.withLock { $0.newIdentifier() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumptions = state.withLock { state in
                    state.allow(until: end.secondsSince1970 * 1_000_000)
                    guard !Task.isCancelled else { return state.stop() + [.arrived(continuation)] }
                    return state.await(id, continuation)
                }
                resumptions.forEach { $0.perform() }
            }
        } onCancel: {
            state.withLock { $0.stop(waiting: id) }.forEach { $0.perform() }
        }
    }

    func now(of participant: Int) -> Int64 {
        state.withLock { $0.localTime(of: participant) }
    }

    func advance(_ participant: Int, by microseconds: Int64) {
        state.withLock { $0.advance(participant, by: microseconds) }
    }

    func sleep(_ participant: Int, until deadline: Int64) async throws {
        let id = state.withLock { $0.newIdentifier() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                let resumptions = state.withLock { state in
                    guard !Task.isCancelled else { return [TokenState.Resumption.cancelled(continuation)] }
                    return state.sleep(id, participant, until: deadline, continuation)
                }
                resumptions.forEach { $0.perform() }
            }
        } onCancel: {
            state.withLock { $0.cancel(id) }.forEach { $0.perform() }
        }
    }

    func finish(_ participant: Int) {
        state.withLock { $0.finish(participant) }.forEach { $0.perform() }
    }
}
