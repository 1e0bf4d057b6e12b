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

    private static let other = RegisteredPoint(
        point: ServicePoint(
            id: .first,
            calibre: Calibre(millimetres: 13),
            useClass: UseClass("vacant"),
            isVacant: true
        ),
        meter: Meter(
            id: registered(.first).meter.id,
            dial: Dial(capacity: .cubicMetres(100_000), resolution: .litres(10)),
            isBillable: false
        )
    )

    @Test func `a file that says something else of a known point changes nothing and is told key by key`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        let differences = try await store.register([RegisterTests.other, registered(.second)])
        #expect(
            differences.map(\.key) == [.calibre, .useClass, .area, .vacant, .dial, .verifiedUntil, .billable]
        )
        #expect(differences.first?.description == "S-00001 calibre_mm: the register says '20', the file '13'")
        #expect(try await store.registeredPoint(.first) == registered(.first))
        #expect(try await store.registerDifferences(from: [RegisterTests.other]) == differences)
        #expect(try await store.registerDifferences(from: [registered(.second)]) == [])
    }

    @Test func `points and meters that are not known are added, whatever else the files say`() async throws {
        let store = try await MeterStore.inMemory()
        try await store.register([registered(.first)])
        #expect(try await store.registerDifferences(from: [registered(.second)]) == [])
        #expect(try await store.register([RegisterTests.other, registered(.second)]).count == 7)
        #expect(try await store.registeredPoint(.second) == registered(.second))
    }

    @Test func `a person changes the register, each key is audited, and the indexes are read anew`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()])], at: moment)
        let keys = try await store.change(
            RegisterTests.other,
            by: "sato",
            reason: "survey",
            at: moment + hour
        )
        #expect(keys == [.calibre, .useClass, .area, .dial, .verifiedUntil, .billable])
        let now = try #require(try await store.registeredPoint(.first))
        #expect(now.meter == RegisterTests.other.meter)
        #expect(now.point.calibre.millimetres == 13 && !now.point.isVacant, "vacancy is an event")
        let acts = try await store.auditLog()
        #expect(acts.count == 6 && acts.allSatisfy { $0.action == "register_set" && $0.person == "sato" })
        #expect(acts.first?.detail == "calibre_mm from '20' to '13': survey")
        #expect(try await store.unjudgedPoints(stage: "usage").map(\.earliest) == [moment])
        #expect(try await store.allReadings() == [reading()])
    }

    @Test func `a change to what is said already, without a reason or of another meter changes nothing`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        let before = try await store.everything()
        let same = registered(.first)
        #expect(try await store.change(same, by: "sato", reason: "again", at: moment) == [])
        for (bad, by, reason) in [
            (RegisterTests.other, "sato", ""), (RegisterTests.other, "", "survey"),
            (registered(.first, meter: .new), "sato", "survey"), (registered(.unknown), "sato", "survey"),
        ] {
            await #expect(throws: StoreError.self) {
                try await store.change(bad, by: by, reason: reason, at: moment)
            }
        }
        #expect(try await store.everything() == before)
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

    @Test func `a file that still names the removed meter is told so, and every name stays known`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        try await store.record(exchange, by: "sato", at: moment)
        let differences = try await store.register([registered(.first), registered(.second)])
        #expect(differences.map(\.key) == [.meter] && differences.map(\.register) == ["\(Meter.ID.new)"])
        #expect(try await store.registeredPoint(.first)?.meter.id == .new)
        let named = try await store.register([registered(.first, meter: .new)])
        #expect(named.map(\.key) == [.verifiedUntil], "which nobody has told of the new meter")
        let names = try await store.meterNames()
        #expect(names[.new] == .first && names[registered(.first).meter.id] == .first && names.count == 3)
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
