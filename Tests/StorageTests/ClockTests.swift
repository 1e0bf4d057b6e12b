import Metering
import Testing

@testable import Storage

struct ClockTests {
    private static func capture(
        _ key: String,
        at: Instant,
        own: Instant?,
        request: [UInt8],
        delivered: Instant? = nil,
        source: String = "unit 11"
    ) -> Capture {
        Capture(
            path: .lineA,
            source: source,
            key: key,
            times: CaptureTimes(asked: at - 1, answered: at, own: own, delivered: delivered),
            request: request,
            bytes: [1]
        )
    }

    @Test func `a unit's clock is told by its own answers with a clock, in their order`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let captures = [
            Self.capture("2", at: moment + hour, own: moment + hour + 500, request: [1]),
            Self.capture("1", at: moment, own: moment - 7, request: [1]),
            Self.capture("3", at: moment + hour, own: nil, request: [1]),
            Self.capture("4", at: moment + hour, own: moment, request: [1], source: "unit 12"),
            Self.capture("5", at: moment + hour, own: moment, request: []),
            Self.capture("6", at: moment + 2 * hour, own: moment, request: [1]),
        ]
        _ = try await store.store(captures.map { Arrival(capture: $0, readings: []) }, at: moment)
        let sights = try await store.clockSights(
            of: "unit 11",
            on: .lineA,
            in: moment..<moment + 2 * hour
        )
        #expect(
            sights == [
                ClockSight(own: moment - 7, earliest: moment - 1, latest: moment),
                ClockSight(own: moment + hour + 500, earliest: moment + hour - 1, latest: moment + hour),
            ]
        )
        #expect(try await store.clockSights(of: "unit 11", on: .lineB, in: moment..<moment + hour).isEmpty)
    }

    @Test func `stamps come with their delivery, sealed or not; what was polled has none`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let delivered = moment + 5 * hour
        let record = Arrival(
            capture: Self.capture("r", at: delivered + 9, own: moment, request: [], delivered: delivered),
            readings: [reading(at: moment, litres: 1), reading(at: moment + hour, litres: 2)]
        )
        let polled = Arrival(
            capture: Self.capture("p", at: moment + 2 * hour, own: nil, request: [1]),
            readings: [reading(at: moment + 2 * hour, litres: 3)]
        )
        _ = try await store.store([record, polled], at: delivered)
        let expected = [moment, moment + hour].map { ClockSight(own: $0, earliest: nil, latest: delivered) }
        let span = moment..<moment + 3 * hour
        #expect(try await store.stampSights(of: .first, in: span) == expected)
        #expect(try await store.stampSights(of: .second, in: span).isEmpty)
        #expect(try await store.stampSights(of: .unknown, in: span).isEmpty)
        _ = try await store.seal(at: moment + 400 * 24 * hour)
        #expect(try await store.texts("SELECT CAST(count(*) AS TEXT) FROM reading_block") != ["0"])
        #expect(try await store.stampSights(of: .first, in: span) == expected)
    }
}
