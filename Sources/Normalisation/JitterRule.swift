import Metering

/// Small falls around a standstill, which are the register's and not the water's.
///
/// An index may lie below the highest one so far by at most max(10 L, 2 counts): registers of 1 L: 10 L, of 10 L:
/// 20 L, of 100 L: 200 L. It is held at the highest, and only what goes beyond that is usage: 500, 497, 503 L are 0 L
/// and then 3 L. Falls are measured from the highest index, so that slow ones add up: 500, 495, 490, 485 is a fall of
/// 15 L at its last reading.
struct JitterRule {
    let limit: Volume

    init(_ context: SeriesContext) {
        let settings = context.settings
        limit = max(.litres(settings.jitterLitres), context.dial.resolution * settings.jitterCounts)
    }

    func holds(fall: Volume) -> Bool {
        fall <= limit
    }
}
