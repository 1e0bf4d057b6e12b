import Metering

/// The most that a pipe can have carried between two readings; a larger rise is a jump.
///
/// The overload flow Q4 over the time between them, with five minutes for clocks and two counts for the register:
/// 13 mm (3,125 L/h) with counts of 1 L, one hour apart: 3,125 + 260.4 + 2 = 3,387.4 L; ten seconds apart 271.1 L.
///
/// No pipe runs at Q4 for months. Where an advance is believed only because nothing better explains it (the way round
/// the end of the dial), the limit beyond the first day is three times what such a bore uses at most in a month:
/// 13 mm (80 m3), 120 days apart: 75 + 119 x 8 = 1,027 m3, where Q4 alone would allow 9,000 of a dial of 10,000 m3.
struct PipeRule {
    private let overload: Flow
    private let sustained: Flow
    private let counts: Volume
    private let slackSeconds: Int64
    private let overloadSeconds: Int64

    init(_ context: SeriesContext) {
        let settings = context.settings
        overload = settings.overloadFlow(of: context.calibre)
        sustained = .moving(
            settings.monthlyCeiling(of: context.calibre) * settings.timesMonthlyCeiling,
            inSeconds: 30 * 86_400
        )
        counts = context.dial.resolution * 2
        slackSeconds = settings.pipeSlackSeconds
        overloadSeconds = settings.overloadHours * 3_600
    }

    func mostCarried(inSeconds seconds: Int64) -> Volume {
        overload.volume(inSeconds: seconds + slackSeconds) + counts
    }

    /// The most that is believed without other evidence; never more than `mostCarried`.
    func mostSustained(inSeconds seconds: Int64) -> Volume {
        let longer = seconds - overloadSeconds
        guard longer > 0 else { return mostCarried(inSeconds: seconds) }
        let believed =
            mostCarried(inSeconds: overloadSeconds) + sustained.volume(inSeconds: longer)
        return min(believed, mostCarried(inSeconds: seconds))
    }
}
