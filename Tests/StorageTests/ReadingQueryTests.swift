import Metering
import Testing

@testable import Storage

struct ReadingQueryTests {
    private func storeWithFiveHours() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        let qualities: [ReadingQuality] = [.measured, .measured, .estimated, .measured, .suspect]
        let readings = qualities.enumerated().map { step, quality in
            reading(at: moment + Int64(step) * hour, litres: Int64(100 + step), quality: quality)
        }
        _ = try await store.store([arrival(readings, key: "five")], at: moment + 5 * hour)
        return store
    }

    @Test func `a range holds its start and not its end`() async throws {
        let store = try await storeWithFiveHours()
        let found = try await store.readings(of: .first, in: moment + hour..<moment + 3 * hour)
        #expect(found.map(\.index) == [.litres(101), .litres(102)])
    }

    @Test func `before the range comes the last measured reading and what follows it`() async throws {
        let store = try await storeWithFiveHours()
        let found = try await store.readings(
            of: .first,
            in: moment + 3 * hour..<moment + 4 * hour,
            includingBefore: true
        )
        #expect(found.map(\.index) == [.litres(101), .litres(102), .litres(103)])
        #expect(found.map(\.quality) == [.measured, .estimated, .measured])
    }

    @Test func `a measurement that was corrected to an estimate is not the one before`() async throws {
        let store = try await storeWithFiveHours()
        let corrected = reading(at: moment + hour, litres: 99, quality: .estimated, revision: 2)
        _ = try await store.store([arrival([corrected], key: "six")], at: moment + 6 * hour)
        let range = moment + 2 * hour..<moment + 3 * hour
        let found = try await store.readings(of: .first, in: range, includingBefore: true)
        #expect(found.first == reading(at: moment, litres: 100))
        let then = try await store.readings(
            of: .first,
            in: range,
            includingBefore: true,
            asOf: moment + 5 * hour
        )
        #expect(then.first == reading(at: moment + hour, litres: 101))
    }

    @Test func `nothing before the range is nothing added`() async throws {
        let store = try await storeWithFiveHours()
        let found = try await store.readings(of: .first, in: moment..<moment + hour, includingBefore: true)
        #expect(found.map(\.index) == [.litres(100)])
    }

    @Test func `first and last go by measurement, not by arrival`() async throws {
        let store = try await storeWithFiveHours()
        let late = reading(at: moment - hour, litres: 50)
        _ = try await store.store([arrival([late], key: "late")], at: moment + 9 * hour)
        #expect(try await store.firstReading(of: .first) == late)
        #expect(try await store.lastReading(of: .first)?.index == .litres(104))
        #expect(try await store.lastReadings().mapValues(\.index) == [.first: .litres(104)])
    }

    @Test func `a point that is not registered has no readings`() async throws {
        let store = try await storeWithFiveHours()
        #expect(try await store.readings(of: .unknown, in: moment..<moment + hour) == [])
        #expect(try await store.lastReading(of: .unknown) == nil)
    }

    @Test func `status bits and quality come back as they went in`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let value = Reading(
            point: .first,
            at: moment,
            index: .millilitres(123_456_789),
            quality: .suspect,
            status: [.leak, .power],
            revision: 3
        )
        _ = try await store.store([arrival([value])], at: moment)
        #expect(try await store.allReadings() == [value])
    }
}
