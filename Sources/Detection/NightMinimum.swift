import Metering

/// The quietest hour between 01:00 and 05:00 of each night (夜間最小流量).
enum NightMinimum {
    /// One flow for each night of which at least three hours are known, oldest first.
    static func flows(in steps: ArraySlice<UsageStep>) -> [Flow] {
        var flows: [Flow] = []
        var night: (day: LocalDay, lowest: Flow, seconds: Int64)?
        for step in steps where step.isShaped {
            let day = LocalDay(containing: step.from)
            guard step.from >= day.start + 3_600, step.to <= day.start + 18_900 else { continue }
            if let open = night, open.day == day {
                night = (day, min(open.lowest, step.flow), open.seconds + step.seconds)
            } else {
                close(night, into: &flows)
                night = (day, step.flow, step.seconds)
            }
        }
        close(night, into: &flows)
        return flows
    }

    private static func close(
        _ night: (day: LocalDay, lowest: Flow, seconds: Int64)?,
        into flows: inout [Flow]
    ) {
        guard let night, night.seconds >= 3 * 3_500 else { return }
        flows.append(night.lowest)
    }
}
