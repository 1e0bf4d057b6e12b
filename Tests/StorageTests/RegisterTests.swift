import Metering
import Testing

@testable import Storage

struct RegisterTests {
    @Test func `points come back as they were registered, in order`() async throws {
        let store = try await MeterStore.inMemory()
        try await store.register([registered(.second), registered(.first)])
        #expect(try await store.registeredPoints() == [registered(.first), registered(.second)])
        #expect(try await store.registeredPoint(.second) == registered(.second))
        #expect(try await store.registeredPoint(.unknown) == nil)
    }

    @Test func `registering again changes what is told and keeps the readings`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()])], at: moment)
        let vacant = RegisteredPoint(
            point: ServicePoint(
                id: .first,
                calibre: Calibre(millimetres: 13),
                useClass: UseClass("vacant"),
                isVacant: true
            ),
            meter: registered(.first).meter
        )
        try await store.register([vacant])
        #expect(try await store.registeredPoint(.first) == vacant)
        #expect(try await store.allReadings() == [reading()])
        #expect(try await store.registeredPoints().count == 2)
    }
}

struct ExchangeTests {
    private let exchange = MeterExchange(
        point: .first,
        at: moment,
        closing: .litres(500),
        opening: .litres(2),
        newMeter: .new
    )

    @Test func `an exchange puts the new meter in place with the old one's dial, and is audited`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        #expect(try await store.record(exchange, by: "sato", at: moment + 60))
        #expect(try await store.exchanges(of: .first) == [exchange])
        #expect(try await store.exchanges(of: .second) == [])
        let point = try #require(try await store.registeredPoint(.first))
        #expect(point.meter.id == .new)
        #expect(point.meter.dial == registered(.first).meter.dial)
        let act = try #require(try await store.auditLog().first)
        #expect((act.person, act.action, act.subject) == ("sato", "exchange", "S-00001"))
    }

    @Test func `an exchange announced twice is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.record(exchange, by: "sato", at: moment)
        let before = try await store.everything()
        #expect(try await store.record(exchange, by: "sato", at: moment + hour) == false)
        #expect(try await store.everything() == before)
    }

    @Test func `a corrected exchange counts, and the first announcement stays`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let corrected = MeterExchange(
            point: .first,
            at: moment,
            closing: .litres(510),
            opening: .litres(2),
            newMeter: .new
        )
        try await store.record(exchange, by: "sato", at: moment)
        try await store.record(corrected, by: "kato", at: moment + hour)
        #expect(try await store.exchanges(of: .first) == [corrected])
        #expect(try await store.exchanges(of: .first, asOf: moment) == [exchange])
        #expect(try await store.auditLog(since: moment + hour).map(\.person) == ["kato"])
    }

    @Test func `an older exchange announced later leaves the newer meter in place`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.record(exchange, by: "sato", at: moment)
        let older = MeterExchange(
            point: .first,
            at: moment - 100 * hour,
            closing: .litres(5),
            opening: .zero,
            newMeter: .between
        )
        try await store.record(older, by: "sato", at: moment + hour)
        #expect(try await store.registeredPoint(.first)?.meter.id == .new)
        #expect(try await store.exchanges(of: .first) == [older, exchange])
    }

    @Test func `a register that still names the removed meter is told so`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.record(exchange, by: "sato", at: moment)
        #expect(try await store.register([registered(.first), registered(.second)]) == [.first])
        #expect(try await store.registeredPoint(.first)?.meter.id == .new)
        #expect(try await store.register([registered(.first, meter: .new)]) == [])
    }

    @Test func `an exchange makes the point unjudged from its instant on`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.record(exchange, by: "sato", at: moment)
        let unjudged = try await store.unjudgedPoints(stage: "usage")
        #expect(unjudged == [UnjudgedPoint(point: .first, mark: 1, earliest: moment)])
    }

    @Test func `an exchange at a point that is not registered is refused`() async throws {
        let store = try await MeterStore.inMemory()
        let error = await #expect(throws: StoreError.self) {
            try await store.record(exchange, by: "sato", at: moment)
        }
        #expect(error?.code == .notFound)
    }

    @Test func `an act without a name is refused with everything it did`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let before = try await store.everything()
        await #expect(throws: StoreError.self) { try await store.record(exchange, by: "", at: moment) }
        #expect(try await store.everything() == before)
    }
}
