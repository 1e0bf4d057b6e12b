/// How long a unit takes to answer, learned from its answers: the mean, and how far single ones stray from it.
///
/// After RFC 6298: mean += (r - mean) / 8, deviation += (|r - mean| - deviation) / 4. The time-out is twice
/// (mean + 4 deviations), within limits: a unit that answers in 12 ms, give or take 1, is given up after 100 ms instead of a
/// second, while one that needs 600 ms is given its second. After a time-out the next one is twice as long.
struct Turnaround {
    /// Before so many answers nothing is known.
    private static let leastAnswers = 8

    private var mean: Int64 = 0
    private var deviation: Int64 = 0
    private var answers = 0
    private var doublings = 0

    /// The mean so far; nil before the first answer.
    var usual: Duration? { answers > 0 ? .microseconds(mean) : nil }

    mutating func note(_ duration: Duration) {
        let measured = max(0, duration.microseconds)
        if answers == 0 {
            mean = measured
            deviation = measured / 2
        } else {
            deviation += (abs(measured - mean) - deviation) / 4
            mean += (measured - mean) / 8
        }
        answers += 1
        doublings = 0
    }

    mutating func noteSilence() {
        doublings = min(doublings + 1, 10)
    }

    /// How long to wait for the next answer.
    ///
    /// - Parameters:
    ///   - least: the shortest wait, however quick the unit was so far.
    ///   - most: the longest, and what holds while little is known.
    /// - Returns: between `least` and `most`.
    func timeout(least: Duration, most: Duration) -> Duration {
        guard answers >= Turnaround.leastAnswers else { return most }
        let learned = max(least.microseconds, 2 * (mean + 4 * deviation)) << Int64(doublings)
        return min(.microseconds(learned), max(most, least))
    }
}
