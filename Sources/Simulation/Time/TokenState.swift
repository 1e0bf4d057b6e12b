/// Who sleeps until when, and who holds the token: the pure part of `VirtualTime`.
///
/// Every change returns the continuations to resume, so that none runs under the lock. Times are microseconds UTC.
struct TokenState {
    enum Resumption {
        case wake(CheckedContinuation<Void, any Error>)
        case cancelled(CheckedContinuation<Void, any Error>)
        case arrived(CheckedContinuation<Void, Never>)

        func perform() {
            switch self {
            case .wake(let sleeper): sleeper.resume()
            case .cancelled(let sleeper): sleeper.resume(throwing: CancellationError())
            case .arrived(let waiter): waiter.resume()
            }
        }
    }

    private struct Member {
        let name: String
        var localTime: Int64
        var hasArrived = false
        var isFinished = false
    }

    private struct Sleeper {
        let id: UInt64
        let participant: Int
        let deadline: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let start: Int64
    private var members: [Member] = []
    private var sleepers: [Sleeper] = []
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var holder: Int?
    /// Nil before the first run.
    private var end: Int64?
    private var lastIdentifier: UInt64 = 0

    init(start: Int64) {
        self.start = start
    }

    mutating func newIdentifier() -> UInt64 {
        lastIdentifier += 1
        return lastIdentifier
    }

    mutating func register(_ name: String) -> Int {
        precondition(end == nil, "participants are registered before time runs")
        members.append(Member(name: name, localTime: start))
        return members.count - 1
    }

    func localTime(of participant: Int) -> Int64 {
        members[participant].localTime
    }

    mutating func advance(_ participant: Int, by microseconds: Int64) {
        members[participant].localTime += max(0, microseconds)
    }

    mutating func allow(until end: Int64) {
        self.end = max(end, self.end ?? end)
    }

    mutating func await(_ id: UInt64, _ continuation: CheckedContinuation<Void, Never>) -> [Resumption] {
        waiters[id] = continuation
        return dispatch()
    }

    /// Nobody wakes any more until time is allowed to run again.
    mutating func stop() -> [Resumption] {
        end = start
        return dispatch()
    }

    mutating func stop(waiting id: UInt64) -> [Resumption] {
        guard let waiter = waiters.removeValue(forKey: id) else { return [] }
        end = start
        return [.arrived(waiter)]
    }

    mutating func sleep(
        _ id: UInt64,
        _ participant: Int,
        until deadline: Int64,
        _ continuation: CheckedContinuation<Void, any Error>
    ) -> [Resumption] {
        guard !members[participant].isFinished else { return [.cancelled(continuation)] }
        members[participant].hasArrived = true
        let sleeper = Sleeper(
            id: id,
            participant: participant,
            deadline: max(deadline, members[participant].localTime),
            continuation: continuation
        )
        sleepers.append(sleeper)
        if holder == participant { holder = nil }
        return dispatch()
    }

    mutating func cancel(_ id: UInt64) -> [Resumption] {
        guard let index = sleepers.firstIndex(where: { $0.id == id }) else { return [] }
        return [.cancelled(sleepers.remove(at: index).continuation)] + dispatch()
    }

    mutating func finish(_ participant: Int) -> [Resumption] {
        members[participant].isFinished = true
        members[participant].hasArrived = true
        if holder == participant { holder = nil }
        let left = sleepers.filter { $0.participant == participant }
        sleepers.removeAll { $0.participant == participant }
        return left.map { .cancelled($0.continuation) } + dispatch()
    }

    /// Gives a free token to the earliest sleeper, or tells the waiters that nobody can go on.
    private mutating func dispatch() -> [Resumption] {
        guard holder == nil, let end, members.allSatisfy(\.hasArrived) else { return [] }
        let earliest = sleepers.indices.min { order(sleepers[$0]) < order(sleepers[$1]) }
        guard let earliest, sleepers[earliest].deadline <= end else {
            defer { waiters = [:] }
            return waiters.keys.sorted().compactMap { waiters[$0].map { .arrived($0) } }
        }
        let sleeper = sleepers.remove(at: earliest)
        holder = sleeper.participant
        members[sleeper.participant].localTime = max(
            members[sleeper.participant].localTime,
            sleeper.deadline
        )
        return [.wake(sleeper.continuation)]
    }

    private func order(_ sleeper: Sleeper) -> (Int64, Int, UInt64) {
        (sleeper.deadline, sleeper.participant, sleeper.id)
    }
}
