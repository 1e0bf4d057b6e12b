import Acquisition

/// A clock that stands still while its participant works, and jumps when it sleeps.
public struct VirtualClock: Clock {
    private let participant: Participant

    init(participant: Participant) {
        self.participant = participant
    }

    public var now: Instant { Instant(microsecondsSince1970: participant.microseconds) }

    public var minimumResolution: Duration { .microseconds(1) }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await participant.time.sleep(participant.number, until: deadline.microsecondsSince1970)
    }

    /// A point in virtual time, in microseconds of UTC.
    public struct Instant: InstantProtocol {
        public let microsecondsSince1970: Int64

        public init(microsecondsSince1970: Int64) {
            self.microsecondsSince1970 = microsecondsSince1970
        }

        public func advanced(by duration: Duration) -> Instant {
            Instant(microsecondsSince1970: microsecondsSince1970 + duration.microseconds)
        }

        public func duration(to other: Instant) -> Duration {
            .microseconds(other.microsecondsSince1970 - microsecondsSince1970)
        }

        public static func < (a: Instant, b: Instant) -> Bool {
            a.microsecondsSince1970 < b.microsecondsSince1970
        }
    }
}
