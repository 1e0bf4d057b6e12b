/// Somebody uses water once: at an even flow from one second of a day on.
struct WaterUse: Hashable, Sendable {
    /// 0...86,399.
    let second: Int
    let seconds: Int
    let millilitres: Int

    /// A use that would last past midnight is moved to end there.
    init(at second: Int, lasting seconds: Int, millilitres: Int) {
        let length = min(max(seconds, 1), 86_400)
        self.second = min(max(second, 0), 86_400 - length)
        self.seconds = length
        self.millilitres = max(millilitres, 0)
    }
}

/// What one place uses in one day, as amounts used up to each minute.
///
/// Inside a minute the flow is even, so the amount up to any second is found in one step and never falls.
struct DayCurve: Sendable {
    private static let minutes = 1_440

    /// Millilitres used before each minute, and at last before midnight.
    private let used: [Int32]

    init(_ uses: [WaterUse]) {
        var perMinute = [Int32](repeating: 0, count: DayCurve.minutes + 1)
        for use in uses {
            var before = 0
            let last = (use.second + use.seconds - 1) / 60
            for minute in use.second / 60...last {
                let elapsed = min((minute + 1) * 60 - use.second, use.seconds)
                let after = use.millilitres * elapsed / use.seconds
                perMinute[minute + 1] += Int32(after - before)
                before = after
            }
        }
        for minute in 1...DayCurve.minutes { perMinute[minute] += perMinute[minute - 1] }
        used = perMinute
    }

    var total: Int64 { Int64(used[DayCurve.minutes]) }

    /// Millilitres used before `second` of the day, 0...86,400.
    func used(before second: Int) -> Int64 {
        let (minute, rest) = second.quotientAndRemainder(dividingBy: 60)
        guard rest > 0 else { return Int64(used[minute]) }
        let step = Int64(used[minute + 1] - used[minute])
        return Int64(used[minute]) + step * Int64(rest) / 60
    }
}
