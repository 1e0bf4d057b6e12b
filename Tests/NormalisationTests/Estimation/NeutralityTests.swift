import Detection
import Metering
import Normalisation
import Testing

/// An estimate is not a reading: nothing that judges sees one.
struct NeutralityTests {
    private static let leaking = Array(repeating: Int64(5), count: 15 * 24)
    private static let dry = (0..<15 * 24).map { Int64($0 % 24 == 12 ? 120 : 0) }

    private static func findings(in series: UsageSeries, at end: Instant) -> [Finding] {
        let point = ServicePoint(
            id: ServicePoint.ID("S-00001"),
            calibre: Calibre(millimetres: 13),
            useClass: UseClass("household")
        )
        return Detector().findings(
            in: PointEvidence(
                point: point,
                dial: context().dial,
                series: series,
                lastReadingAt: series.span?.upperBound,
                expectedDelaySeconds: 0,
                judgedAt: end
            )
        )
    }

    @Test func `forty estimated hours of flow raise no leak, and clear none`() {
        let end = instant(17 * 86_400)
        for (litres, kinds) in [(Self.dry, []), (Self.leaking, [.leakContinuous])]
            as [([Int64], [Finding.Kind])]
        {
            let read = hours(litres)
            let estimates = Estimator().estimates(for: read, until: end)
            #expect(estimates.count == 48)
            let found = Self.findings(in: read, at: end)
            #expect(found.map(\.kind) == kinds)
            #expect(found.allSatisfy { $0.dataUntil == read.span?.upperBound })
        }
    }

    @Test func `taken for readings, the same estimates would have cleared it`() {
        let read = hours(Self.leaking)
        let pretended = UsageSeries(
            steps: read.steps + [
                UsageStep(from: instant(15 * 86_400), to: instant(17 * 86_400), volume: .zero)
            ]
        )
        #expect(Self.findings(in: pretended, at: instant(17 * 86_400)).isEmpty)
    }

    @Test func `a gap shaped like a leak counts for no hour of one`() {
        let quiet = hours(Array(repeating: 0, count: 336)).steps
        let from = instant(336 * 3_600)
        let gap = UsageStep(from: from, to: from + 48 * 3_600, volume: .litres(480))
        let series = UsageSeries(steps: quiet + [gap])
        let estimates = Estimator().estimates(for: series, until: gap.to)
        #expect(estimates.count == 48)
        #expect(estimates.allSatisfy { $0.volume == .litres(10) })
        #expect(Self.findings(in: series, at: gap.to).isEmpty)
    }

    @Test func `they are no coverage`() {
        let read = hours(Self.leaking)
        let beyond = instant(14 * 86_400)..<instant(16 * 86_400)
        #expect(!Estimator().estimates(for: read, until: beyond.upperBound).isEmpty)
        #expect(read.usage(in: beyond).coverage.permille == 500)
    }

    @Test func `and no estimate feeds another, however far one goes`() {
        let read = hours(Array(repeating: 12, count: 8 * 24))
        let month = Estimator().estimates(for: read, until: instant(40 * 86_400))
        #expect(month.allSatisfy { $0.volume == .litres(12) && $0.method == .meanOfDays })
        #expect(month.count == 32 * 24)
        let shorter = Estimator().estimates(for: read, until: instant(20 * 86_400))
        #expect(Array(month.prefix(shorter.count)) == shorter)
    }
}
