import Glibc

/// The time of one line: what it is, how to let it pass, and how to wait for an answer.
///
/// All three may block the calling thread, which is the line's own. In simulation time passes without waiting.
public protocol LineClock: Sendable {
    func now() -> Moment

    /// Whether bytes take no time on their way, so that what they would take on a wire has to be let pass.
    var carriesAtOnce: Bool { get }

    /// Lets `duration` pass.
    func pause(for duration: Duration)

    /// Waits until `descriptor` has bytes to read or has hung up, at most for `duration`.
    ///
    /// - Returns: whether it has; a line that is gone shows at the next read.
    func awaitInput(on descriptor: CInt, for duration: Duration) -> Bool
}

/// The time of the machine.
public struct SystemLineClock: LineClock {
    public init() {}

    public var carriesAtOnce: Bool { false }

    public func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    public func pause(for duration: Duration) {
        guard duration > .zero else { return }
        let microseconds = duration.microseconds
        var rest = timespec(
            tv_sec: Int(microseconds / 1_000_000),
            tv_nsec: Int(microseconds % 1_000_000) * 1_000
        )
        var left = timespec()
        while nanosleep(&rest, &left) == -1, errno == EINTR { rest = left }
    }

    public func awaitInput(on descriptor: CInt, for duration: Duration) -> Bool {
        let deadline = ContinuousClock.now + duration
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            let found = poll(&question, 1, CInt(clamping: (left.microseconds + 999) / 1_000))
            // A signal to the process is no end of waiting.
            guard found < 0, errno == EINTR else { return found > 0 }
        }
    }
}
