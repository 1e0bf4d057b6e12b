import Metering
import Normalisation
import Seeds
import Testing

struct ExchangePlacementTests {
    private static let indexes: [Int64?] = [1_190, 1_200, 1_205, 1_208, 46, 50, 57]

    @Test(arguments: [5_000, 9_000, 10_800, 12_600, 14_400, 17_000, 20_000, 21_600, 90_000] as [Int64])
    func `however far from its hour an exchange was noted, it lies where the indexes show it`(at: Int64) {
        let exchanges = [exchange(at: at, closing: 1_210, opening: 44)]
        let result = normalised(hourly(Self.indexes), exchanges: exchanges)
        #expect(result.litres == [10, 5, 3, 2 + 2, 4, 7])
        #expect(result.series.steps.map(\.kind) == [.normal, .normal, .normal, .exchange, .normal, .normal])
        let isThere = 10_800 < at && at <= 14_400
        #expect(result.exchanges.map(\.at) == [isThere ? instant(at) : instant(14_400)])
    }

    @Test func `the old meter's last reading may bear the very second of the exchange`() {
        let exchanges = [exchange(at: 10_800, closing: 1_208, opening: 44)]
        let result = normalised(hourly(Self.indexes), exchanges: exchanges)
        #expect(result.litres == [10, 5, 3, 0 + 2, 4, 7])
    }

    @Test func `and the new meter's first one too`() {
        let exchanges = [exchange(at: 14_400, closing: 1_210, opening: 44)]
        #expect(normalised(hourly(Self.indexes), exchanges: exchanges).litres == [10, 5, 3, 4, 4, 7])
    }

    @Test func `more than a day away it explains nothing`() {
        let exchanges = [exchange(at: 14_400 + 86_401, closing: 1_210, opening: 44)]
        let later = [reading(14_400 + 86_400, 60), reading(14_400 + 90_000, 61)]
        let result = normalised(hourly(Self.indexes) + later, exchanges: exchanges)
        #expect(result.causes.first == "fall 1162")
    }

    @Test func `one that is needed where it was noted stays, whatever falls elsewhere`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        let result = normalised(hourly([1_190, 1_200, 50, 60, 9, 12]), exchanges: exchanges)
        #expect(result.litres == [10, 16, 10, nil, 3])
    }

    @Test func `one whose indexes do not fit stays, and explains nothing`() {
        let exchanges = [exchange(at: 9_000, closing: 1_100, opening: 44)]
        let result = normalised(hourly(Self.indexes), exchanges: exchanges)
        #expect(result.exchanges == exchanges)
        #expect(!result.discontinuities.isEmpty)
    }

    @Test(arguments: [[1_190, 1_200, 9_000, 50, 60], [1_190, 1_200, 1_900, 50, 60]] as [[Int64]])
    func `a spike right before an exchange is one`(indexes: [Int64]) {
        let exchanges = [exchange(at: 9_000, closing: 1_210, opening: 44)]
        let result = normalised(hourly(indexes), exchanges: exchanges)
        #expect(result.litres == [10, 16, 10])
        #expect(result.spikes == [instant(7_200)])
    }

    @Test func `and so is one right after it`() {
        let exchanges = [exchange(at: 5_000, closing: 1_210, opening: 44)]
        let result = normalised(hourly([1_190, 1_200, 700_000, 50, 60]), exchanges: exchanges)
        #expect(result.litres == [10, 16, 10])
        #expect(result.spikes == [instant(7_200)])
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `hours noted wrongly change no litre and no step`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var index = Int64.random(in: 300_000...900_000, using: &random)
        var readings: [Reading] = []
        let swap = Int64.random(in: 30...60, using: &random)
        var exchanges: [MeterExchange] = []
        for hour in 0..<100 as Range<Int64> {
            if hour == swap {
                let opening = Int64.random(in: 0...100, using: &random)
                exchanges = [exchange(at: hour * 3_600 - 1_000, closing: index, opening: opening)]
                index = opening
            }
            index += Int64.random(in: 0...200, using: &random)
            readings.append(reading(hour * 3_600, index))
        }
        let truth = normalised(readings, exchanges: exchanges)
        let off = Int64.random(in: -82_000...82_000, using: &random)
        let noted = exchanges.map {
            exchange(
                at: swap * 3_600 - 1_000 + off,
                closing: $0.closing.millilitres / 1_000,
                opening: $0.opening.millilitres / 1_000
            )
        }
        #expect(truth.discontinuities.isEmpty)
        #expect(normalised(readings, exchanges: noted).series == truth.series, "off by \(off) s")
    }
}
