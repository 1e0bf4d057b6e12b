/// Pauses before what could not be opened is tried again: 1 s, then twice as long each time, up to a minute.
struct BackOff {
    private static let longestSeconds: Int64 = 60

    private var failures: Int64 = 0
    private var retryAt: Moment?

    func isOver(at now: Moment) -> Bool {
        guard let retryAt, now < retryAt else { return true }
        // A time further away than the longest pause was made before the machine's time was set back.
        return retryAt - now > .seconds(BackOff.longestSeconds)
    }

    mutating func noteFailure(at now: Moment) {
        failures += 1
        retryAt = now + .seconds(min(BackOff.longestSeconds, 1 << min(failures - 1, 6)))
    }
}
