/// The share of a line's time that units may take which do not answer: one twentieth, all of them together.
///
/// A purse of seconds: failing costs what it took, and time fills it up again at 5 %. Hourly rounds never empty it. Where
/// a line is asked each second, a dead unit with a time-out of a second is probed every twentieth second.
struct FailureBudget {
    private static let permille: Int64 = 50
    /// What a line begins with, so that the first failures of an evening are seen to at once.
    private static let beginning = Duration.seconds(10)
    private static let most = Duration.seconds(180)

    private var left = FailureBudget.beginning
    private var filledAt: Moment

    init(at now: Moment) {
        filledAt = now
    }

    /// Whether another probe can be paid for.
    func allows(at now: Moment) -> Bool {
        left(at: now) > .zero
    }

    mutating func spend(_ duration: Duration, at now: Moment) {
        left = left(at: now) - duration
        filledAt = now
    }

    private func left(at now: Moment) -> Duration {
        let passed = max(.zero, now - filledAt)
        return min(
            FailureBudget.most,
            left + .microseconds(passed.microseconds * FailureBudget.permille / 1_000)
        )
    }
}
