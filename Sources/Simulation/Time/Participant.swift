public import Acquisition
public import Metering
public import ServiceLifecycle

/// One who lives by a `VirtualTime`: its handle on the clock.
public struct Participant: Sendable {
    public let name: String
    let number: Int
    let time: VirtualTime

    init(number: Int, name: String, time: VirtualTime) {
        self.number = number
        self.name = name
        self.time = time
    }

    /// The clock to sleep on.
    public var clock: VirtualClock { VirtualClock(participant: self) }

    /// The participant's own time in whole seconds, cut.
    public var now: @Sendable () -> Metering.Instant {
        { Metering.Instant(secondsSince1970: microseconds / 1_000_000) }
    }

    /// The participant's own time to the microsecond.
    public var moment: @Sendable () -> Moment {
        { Moment(microseconds: microseconds) }
    }

    /// The clock of a line's thread: it moves this participant's time on instead of waiting, and lets `line` answer.
    public func lineClock(for line: SimulatedLine) -> any LineClock {
        VirtualLineClock(participant: self, line: line)
    }

    /// Runs `body` as this participant: waits for the token first, gives it back for good at the end.
    public func perform<Value>(_ body: () async throws -> Value) async throws -> Value {
        defer { finish() }
        try await time.sleep(number, until: microseconds)
        return try await body()
    }

    /// The same service, living by this participant's time.
    ///
    /// A service cancelled before its first turn ends without having run.
    public func hosting(_ service: any Service) -> HostedService {
        HostedService(participant: self, service: service)
    }

    /// Gives the token back for good; the others no longer wait for this participant.
    public func finish() {
        time.finish(number)
    }

    var microseconds: Int64 { time.now(of: number) }

    func advance(by microseconds: Int64) {
        time.advance(number, by: microseconds)
    }
}

/// A service inside a participant's turn.
public struct HostedService: Service {
    let participant: Participant
    let service: any Service

    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await participant.begin() }
        } catch is CancellationError {
            participant.finish()
            return
        }
        defer { participant.finish() }
        try await service.run()
    }
}

extension Participant {
    /// Waits for the first turn.
    fileprivate func begin() async throws {
        try await time.sleep(number, until: microseconds)
    }
}
