import Acquisition
import Metering
import Simulation
import Synchronization

/// A clock that leaps when somebody sleeps on it, and ends whoever would sleep beyond its end.
///
/// It never goes back, so that several sleepers may share it.
final class LeapingClock: Clock {
    typealias Instant = VirtualClock.Instant

    private let time: Mutex<Int64>
    private let end: Mutex<Int64>

    init(from start: Metering.Instant, to end: Metering.Instant) {
        time = Mutex(Moment(start).microseconds)
        self.end = Mutex(Moment(end).microseconds)
    }

    var now: Instant { Instant(microsecondsSince1970: time.withLock { $0 }) }
    var minimumResolution: Duration { .microseconds(1) }
    var instant: Metering.Instant { Moment(microseconds: now.microsecondsSince1970).instant }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard deadline.microsecondsSince1970 < end.withLock({ $0 }) else { throw CancellationError() }
        time.withLock { $0 = max($0, deadline.microsecondsSince1970) }
    }

    /// Lets it run once more, from an instant to another.
    func wind(to start: Metering.Instant, until later: Metering.Instant) {
        time.withLock { $0 = Moment(start).microseconds }
        end.withLock { $0 = Moment(later).microseconds }
    }
}
