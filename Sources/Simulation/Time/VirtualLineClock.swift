import Acquisition
import Glibc

/// The time of a simulated line: nothing is waited for, everything is added to the participant's own time.
///
/// Before each look at the descriptor the line at the other end of the pseudo-terminal reads its request and writes its
/// answer, on the same thread. The kernel hands bytes over before `poll` returns, so a look without waiting is enough.
struct VirtualLineClock: LineClock {
    let participant: Participant
    let line: SimulatedLine

    var carriesAtOnce: Bool { true }

    /// Whatever was on its way until now has come.
    func now() -> Moment {
        let now = Moment(microseconds: participant.microseconds)
        line.deliverLate(at: now)
        return now
    }

    func pause(for duration: Duration) {
        participant.advance(by: duration.microseconds)
        line.deliverLate(at: now())
    }

    func awaitInput(on descriptor: CInt, for duration: Duration) -> Bool {
        line.pump(at: now())
        if hasInput(descriptor) {
            participant.advance(by: min(SimulatedLine.replyDelay, duration).microseconds)
            return true
        }
        let end = now() + duration
        guard let due = line.nextLate, due <= end else {
            participant.advance(by: duration.microseconds)
            return false
        }
        participant.advance(by: (due - now()).microseconds)
        line.deliverLate(at: now())
        return hasInput(descriptor)
    }

    private func hasInput(_ descriptor: CInt) -> Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) > 0 && question.revents & Int16(POLLIN) != 0
    }
}
