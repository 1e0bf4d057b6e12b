import Metering

@testable import Detection

/// Hourly series written as marks, for tests of rules.
struct Series {
    static let start = Instant(iso8601: "2026-03-01T00:00:00+09:00") ?? Instant(secondsSince1970: 0)

    private(set) var steps: [UsageStep] = []
    private var at = Series.start

    /// Adds hours with these litres, one number an hour.
    func then(_ litres: [Int64]) -> Series {
        var next = self
        for volume in litres {
            next.steps.append(UsageStep(from: next.at, to: next.at + 3_600, volume: .litres(volume)))
            next.at = next.at + 3_600
        }
        return next
    }

    /// Adds `hours` with the same litres each.
    func then(_ litres: Int64, for hours: Int) -> Series {
        then(Array(repeating: litres, count: hours))
    }

    /// Adds days of a home: nothing from midnight to six, then something in every hour; plus a constant flow.
    func home(days: Int, leaking litres: Int64 = 0) -> Series {
        let day: [Int64] =
            Array(repeating: 0, count: 6) + [
                30, 45, 20, 10, 5, 8, 12, 6, 4, 9, 15, 40, 60, 35, 120, 40, 20, 8,
            ]
        return (0..<days).reduce(self) { series, _ in series.then(day.map { $0 + litres }) }
    }

    /// One step of many hours: the volume is known, its shape is not.
    func gap(hours: Int64, litres: Int64) -> Series {
        var next = self
        next.steps.append(UsageStep(from: next.at, to: next.at + hours * 3_600, volume: .litres(litres)))
        next.at = next.at + hours * 3_600
        return next
    }

    /// What the rules see at the end of the series, or `later` hours after it.
    func evidence(
        calibre: Int = 20,
        use: String = "household",
        resolution: Int64 = 1,
        isVacant: Bool = false,
        later hours: Int64 = 0,
        discontinuities: [Discontinuity] = [],
        clockDrifts: [ClockDrift] = []
    ) -> PointEvidence {
        PointEvidence(
            point: ServicePoint(
                id: ServicePoint.ID("S-00017"),
                calibre: Calibre(millimetres: calibre),
                useClass: UseClass(use),
                isVacant: isVacant
            ),
            dial: Dial(capacity: .cubicMetres(10_000), resolution: .litres(resolution)),
            series: UsageSeries(steps: steps),
            discontinuities: discontinuities,
            clockDrifts: clockDrifts,
            lastReadingAt: steps.last?.to,
            expectedDelaySeconds: 3_600,
            judgedAt: at + hours * 3_600
        )
    }

    /// The kinds found at the end of the series.
    func kinds(calibre: Int = 20, use: String = "household", resolution: Int64 = 1) -> [Finding.Kind] {
        Detector().findings(in: evidence(calibre: calibre, use: use, resolution: resolution)).map(\.kind)
    }
}
