internal import ServiceLifecycle

/// The grid of rounds: every whole multiple of the interval since 1970.
public struct Grid: Sendable {
    /// The longest single sleep, so that a change of the machine's time is noticed.
    private static let longestSleep = Duration.seconds(600)

    let interval: Duration

    public init(interval: Duration) {
        self.interval = interval
    }

    /// How long until the next round; never nothing.
    func wait(from now: Moment) -> Duration {
        .microseconds(step - now.microseconds % step)
    }

    /// Sleeps until a round is due: when the grid's next point has passed, and never before it.
    ///
    /// A clock that sleeps by other hands than `now` may wake a little early; then the rest is slept. Points that went
    /// by since the last round are skipped. When the time was set back, the next point of the new time counts.
    ///
    /// - Parameters:
    ///   - clock: what is slept on.
    ///   - now: the time that belongs to it.
    /// - Returns: false when the service is to end.
    public func sleepUntilNext(on clock: any Clock<Duration>, now: @escaping @Sendable () -> Moment) async
        -> Bool
    {
        var last = point(before: now())
        while !Task.isEnding {
            let present = now()
            guard point(before: present) <= last else { return true }
            last = point(before: present)
            do {
                try await clock.sleepUnlessEnding(for: min(wait(from: present), Grid.longestSleep))
            } catch {
                return false
            }
        }
        return false
    }

    private var step: Int64 { max(1, interval.microseconds) }

    private func point(before moment: Moment) -> Int64 {
        moment.microseconds / step
    }
}

extension Clock<Duration> {
    /// Sleeps, and wakes by throwing when the service is to end.
    func sleepUnlessEnding(for duration: Duration) async throws {
        try await cancelWhenGracefulShutdown { try await sleep(for: duration) }
    }
}

extension Task where Success == Never, Failure == Never {
    /// Whether the service that runs here is to end.
    static var isEnding: Bool { isCancelled || isShuttingDownGracefully }
}
