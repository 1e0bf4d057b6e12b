import Metering

/// The most that a pipe can have carried between two readings; a larger rise is a jump.
///
/// The overload flow Q4 over the time between them, with five minutes for clocks and two counts for the register:
/// 13 mm (3,125 L/h) with counts of 1 L, one hour apart: 3,125 + 260.4 + 2 = 3,387.4 L; ten seconds apart 271.1 L.
struct PipeRule {
    static let clockSlackSeconds: Int64 = 300

    private let overload: Flow
    private let counts: Volume

    init(_ context: SeriesContext) {
        overload = context.calibre.overloadFlow
        counts = context.dial.resolution * 2
    }

    func mostCarried(inSeconds seconds: Int64) -> Volume {
        overload.volume(inSeconds: seconds + PipeRule.clockSlackSeconds) + counts
    }
}
