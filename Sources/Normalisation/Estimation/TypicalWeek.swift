import Metering

/// What a place uses in each of the 168 hours of a week, as the mean of the hours that were read.
///
/// Mondays from 07:00 to 08:00 used 30, 50 and 40 L: 40 L/h, over three hours known. An hour that was read in halves
/// counts by its seconds. Japan's hours and weekdays.
struct TypicalWeek {
    private var used = [Int64](repeating: 0, count: 168)
    private var seconds = [Int64](repeating: 0, count: 168)
    private let samples: Int64

    /// - Parameters:
    ///   - steps: those that tell when their water flowed.
    ///   - samples: how often an hour must be known.
    init(of steps: some Sequence<UsageStep>, samples: Int64) {
        self.samples = samples
        for step in steps {
            var before: Int64 = 0
            for hour in (step.from..<step.to).hours {
                let share = Int128(step.volume.millilitres) * Int128(hour.upperBound - step.from)
                let upTo = Int64(clamping: share / Int128(step.seconds))
                let slot = TypicalWeek.slot(of: hour.lowerBound)
                used[slot] += upTo - before
                seconds[slot] += hour.upperBound - hour.lowerBound
                before = upTo
            }
        }
    }

    /// The flow in the hour of the week that holds `instant`; nil where it was not read often enough.
    func flow(at instant: Instant) -> Flow? {
        let slot = TypicalWeek.slot(of: instant)
        guard seconds[slot] >= samples * 3_600 else { return nil }
        return .moving(.millilitres(used[slot]), inSeconds: seconds[slot])
    }

    private static func slot(of instant: Instant) -> Int {
        let day = LocalDay(containing: instant)
        return day.weekday * 24 + Int((instant - day.start) / 3_600)
    }
}

extension Range<Instant> {
    /// The span cut at full hours: 10:20 to 12:10 is 10:20 to 11:00, to 12:00, to 12:10.
    var hours: [Range<Instant>] {
        var hours: [Range<Instant>] = []
        var from = lowerBound
        while from < upperBound {
            let past = ((from.secondsSince1970 % 3_600) + 3_600) % 3_600
            let to = Swift.min(from + (3_600 - past), upperBound)
            hours.append(from..<to)
            from = to
        }
        return hours
    }
}
