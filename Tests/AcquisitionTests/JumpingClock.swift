import Acquisition
import Metering
import Synchronization
import Testing

/// A clock that jumps when somebody sleeps on it, and ends whoever would sleep beyond its end.
final class JumpingClock: Clock {
    struct Instant: InstantProtocol {
        let microseconds: Int64

        func advanced(by duration: Duration) -> Instant {
            Instant(microseconds: microseconds + duration.microseconds)
        }

        func duration(to other: Instant) -> Duration { .microseconds(other.microseconds - microseconds) }

        static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
    }

    private let time: Mutex<Int64>
    private let end: Int64
    /// By how much sleepers wake too soon, as the hands of two clocks drift apart.
    private let earliness: Duration

    /// Shows `start` first, and ends sleepers from `end` on; both ISO 8601.
    init(from start: String, to end: String, earliness: Duration = .zero) throws {
        let first = Metering.Instant(iso8601: start)
        let last = Metering.Instant(iso8601: end)
        time = Mutex(try #require(first).secondsSince1970 * 1_000_000)
        self.end = try #require(last).secondsSince1970 * 1_000_000
        self.earliness = earliness
    }

    var now: Instant { Instant(microseconds: moment.microseconds) }
    var moment: Moment { Moment(microseconds: time.withLock { $0 }) }
    var minimumResolution: Duration { .microseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard deadline.microseconds < end else { throw CancellationError() }
        let isLong = now.duration(to: deadline) > earliness
        time.withLock { $0 = deadline.microseconds - (isLong ? earliness.microseconds : 0) }
    }

    /// Work takes time.
    func advance(by duration: Duration) {
        time.withLock { $0 += duration.microseconds }
    }

    /// `10:00:00`, in UTC.
    var timeOfDay: String { String(moment.instant.description.dropFirst(11).dropLast()) }
}
