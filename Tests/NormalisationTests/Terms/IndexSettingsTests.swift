import Metering
import Normalisation
import Testing

struct IndexSettingsTests {
    private static func series(
        _ litres: [Int64],
        exchanges: [MeterExchange] = [],
        _ change: (inout IndexSettings) -> Void
    ) -> NormalisedSeries {
        var settings = IndexSettings()
        change(&settings)
        let plain = context(exchanges: exchanges)
        let changed = SeriesContext(
            dial: plain.dial,
            calibre: plain.calibre,
            exchanges: exchanges,
            settings: settings
        )
        return SeriesNormaliser(changed).normalise(hourly(litres))
    }

    @Test func `jitter is held by its own limit`() {
        let litres: [Int64] = [500, 510, 480, 485, 520]
        #expect(Self.series(litres) { _ in }.causes == ["fall 30"])
        let held = Self.series(litres) { $0.jitterLitres = 30 }
        #expect(held.causes == [] && held.litres == [10, 0, 0, 10])
        #expect(Self.series(litres) { ($0.jitterLitres, $0.jitterCounts) = (0, 30) }.causes == [])
        #expect(Self.series(litres) { ($0.jitterLitres, $0.jitterCounts) = (0, 29) }.causes == ["fall 30"])
    }

    @Test func `a spike is of so many readings`() {
        let litres: [Int64] = [500, 510, 90_000, 90_000, 520, 530]
        #expect(Self.series(litres) { _ in }.spikes.count == 2)
        #expect(Self.series(litres) { $0.spikeReadings = 1 }.spikes.isEmpty)
    }

    @Test func `what a pipe can carry is told by its bore`() {
        let litres: [Int64] = [500, 3_000, 3_010]
        #expect(Self.series(litres) { _ in }.causes == [])
        #expect(Self.series(litres) { $0.overloadLitresPerHour = [20: 1_000] }.causes == [])
        #expect(Self.series(litres) { $0.overloadLitresPerHour = [13: 1_000] }.causes == ["jump 2500"])
        #expect(Self.series([500, 3_950, 3_960]) { $0.pipeSlackSeconds = 600 }.causes == [])
        #expect(Self.series([500, 3_950, 3_960]) { _ in }.causes == ["jump 3450"])
    }

    @Test func `an exchange lies within its reach`() {
        let late = [exchange(at: 19_000, closing: 1_210, opening: 44)]
        let litres: [Int64] = [1_190, 1_200, 46, 50, 53]
        #expect(Self.series(litres, exchanges: late) { _ in }.causes == [])
        #expect(Self.series(litres, exchanges: late) { $0.exchangeReachHours = 1 }.causes != [])
    }

    @Test func `notes and estimates name their version`() {
        #expect(ValidationRule.spike.name(version: 3) == "spike/3")
        #expect(EstimationMethod.linear.name(version: 2) == "linear/2")
        let names = EstimationMethod.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
    }
}
