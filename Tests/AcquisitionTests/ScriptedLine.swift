import Acquisition
import Glibc
import Synchronization

/// A line whose meters answer by a script, in a time that passes only as the line's owner lets it pass.
///
/// It is the owner's clock and the other end of its descriptor in one: whoever waits for input lets the script answer
/// first. So real bytes go through libmodbus, and no test waits.
final class ScriptedLine: LineClock {
    enum Answer: Sendable {
        case bytes([UInt8])
        case late([UInt8], after: Duration)
        case nothing
        case hangUp
    }

    fileprivate struct State: ~Copyable {
        var now = Moment(microseconds: 1_750_000_000_000_000)
        var script: [Answer]
        var late: [(due: Moment, bytes: [UInt8])] = []
        var requests: [[UInt8]] = []
        var askedAt: [Moment] = []
        var pauses: [Duration] = []
        let end: any PeerEnd
    }

    private let state: Mutex<State>

    init(_ end: sending any PeerEnd, script: [Answer] = []) {
        state = Mutex(State(script: script, end: end))
    }

    /// What was asked, whole frames in order.
    var requests: [[UInt8]] { state.withLock { $0.requests } }
    /// When each request was seen.
    var askedAt: [Moment] { state.withLock { $0.askedAt } }
    var longestPause: Duration { state.withLock { $0.pauses.max() ?? .zero } }
    var connections: Int { state.withLock { ($0.end as? SocketEnd)?.connections ?? 0 } }

    func append(_ answers: Answer...) {
        state.withLock { $0.script += answers }
    }

    /// Bytes that come without a question, in a while.
    func schedule(_ bytes: [UInt8], after delay: Duration) {
        state.withLock { $0.late.append(($0.now + delay, bytes)) }
    }

    /// Bytes that nobody asked for.
    func babble(_ bytes: [UInt8]) {
        state.withLock { $0.end.write(bytes) }
    }

    func hangUp() {
        state.withLock { $0.end.hangUp() }
    }

    func plugIn() throws {
        try state.withLock { try ($0.end as? TerminalEnd)?.plugIn() }
    }

    /// Sets the machine's time, forwards or back.
    func setTime(by duration: Duration) {
        state.withLock { $0.now = $0.now + duration }
    }

    var carriesAtOnce: Bool { true }

    func now() -> Moment { state.withLock { $0.now } }

    func pause(for duration: Duration) {
        state.withLock { state in
            state.pauses.append(duration)
            state.pass(duration)
        }
    }

    func awaitInput(on descriptor: CInt, for duration: Duration) -> Bool {
        state.withLock { state in
            state.answer()
            if hasInput(descriptor) { return true }
            let end = state.now + duration
            guard let due = state.late.map(\.due).min(), due <= end else {
                state.pass(duration)
                return false
            }
            state.pass(due - state.now)
            return hasInput(descriptor)
        }
    }
}

extension ScriptedLine.State {
    /// Lets time pass, and late answers arrive.
    fileprivate mutating func pass(_ duration: Duration) {
        now = now + duration
        for answer in late where answer.due <= now { end.write(answer.bytes) }
        late.removeAll { $0.due <= now }
    }

    /// Takes the request that came, if any, and answers as the script says.
    fileprivate mutating func answer() {
        let request = end.read()
        guard !request.isEmpty else { return }
        requests.append(request)
        askedAt.append(now)
        guard !script.isEmpty else { return }
        switch script.removeFirst() {
        case .bytes(let bytes): end.write(ScriptedLine.State.numbered(bytes, as: request))
        case .late(let bytes, let delay):
            late.append((now + delay, ScriptedLine.State.numbered(bytes, as: request)))
        case .nothing: return
        case .hangUp: end.hangUp()
        }
    }

    /// An answer over TCP bears its request's transaction number, unless it has one of its own.
    private static func numbered(_ answer: [UInt8], as request: [UInt8]) -> [UInt8] {
        let isTCP = request.count == 12 && request[2...5] == [0, 0, 0, 6]
        guard isTCP, answer.starts(with: [0, 0]) else { return answer }
        return Array(request.prefix(2)) + answer.dropFirst(2)
    }
}
