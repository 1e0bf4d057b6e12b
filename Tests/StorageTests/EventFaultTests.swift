import Metering
import Testing

@testable import Storage

/// Each write of people's acts made to fail in turn: nothing of the act is kept.
struct EventFaultTests {
    private func store() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        let late = moment + 2 * hour
        for at in [moment, late] {
            _ = try await store.store([arrival([reading(at: at)], key: "\(at)")], at: at)
        }
        _ = try await store.store([arrival([reading(at: moment, litres: 7)], key: "conflict")], at: moment)
        try await store.store([.ofLeak()], at: moment + hour)
        try await store.record(
            [EventRecord(event(.handReading, index: .cubicMetres(1))), EventRecord(event(.vacant))],
            at: moment
        )
        return store
    }

    private func expectNothingKept(
        of table: String,
        _ act: (MeterStore) async throws -> Void
    ) async throws {
        let store = try await store()
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        let error = await #expect(throws: StoreError.self) { try await act(store) }
        #expect(error?.cause == "injected")
        #expect(try await store.everything() == before)
        try await store.letWritesPass()
        try await act(store)
        #expect(try await store.everything() != before)
        #expect(try await store.verify() == [])
    }

    @Test(arguments: ["event", "event_revision", "arrival_mark", "audit"])
    func `events are recorded whole or not at all`(table: String) async throws {
        try await expectNothingKept(of: table) { store in
            let events = [event(.open), event(.close, at: moment + hour)].map { EventRecord($0) }
            try await store.record(events, at: moment)
        }
    }

    @Test(arguments: ["event_revision", "arrival_mark", "audit"])
    func `a withdrawal is kept whole or not at all`(table: String) async throws {
        try await expectNothingKept(of: table) { store in
            let id = try #require(try await store.events().last?.id)
            try await store.withdraw(id, by: "kato", reason: "wrong", at: moment)
        }
    }

    private func resolution(_ act: Resolution.Act) -> Resolution {
        Resolution(point: .first, from: moment, to: moment + hour, act: act, by: "sato", reason: "seen")
    }

    @Test(arguments: ["resolution", "capture", "reading", "arrival_mark", "audit"])
    func `a correction is kept whole or not at all`(table: String) async throws {
        try await expectNothingKept(of: table) { store in
            _ = try await store.record(resolution(.correction(.litres(101))), at: moment + 9 * hour)
        }
    }

    @Test(arguments: ["resolution_undo", "meter_exchange", "service_point", "arrival_mark", "audit"])
    func `an exchange is taken back whole or not at all`(table: String) async throws {
        let exchange = MeterExchange(
            point: .first,
            at: moment + 60,
            closing: .litres(100),
            opening: .litres(100),
            newMeter: .new
        )
        let store = try await store()
        let number = try await store.record(resolution(.exchange(exchange)), at: moment + 9 * hour)
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        await #expect(throws: StoreError.self) {
            try await store.undoResolution(number, by: "kato", reason: "wrong", at: moment + 10 * hour)
        }
        #expect(try await store.everything() == before)
    }

    @Test(arguments: ["service_point", "meter", "arrival_mark", "audit"])
    func `a change of the register is kept whole or not at all`(table: String) async throws {
        try await expectNothingKept(of: table) { store in
            let known = try #require(try await store.registeredPoint(.first))
            let changed = RegisteredPoint(
                point: ServicePoint(
                    id: .first,
                    calibre: Calibre(millimetres: 40),
                    useClass: known.point.useClass,
                    area: known.point.area
                ),
                meter: Meter(id: known.meter.id, dial: known.meter.dial, isBillable: false)
            )
            try await store.change(changed, by: "sato", reason: "survey", at: moment)
        }
    }

    @Test(
        arguments: [
            "capture", "mail", "incident", "incident_event", "erased_span", "erased_count", "arrival_mark",
            "audit",
        ]
    )
    func `erasing is done whole or not at all`(table: String) async throws {
        try await expectNothingKept(of: table) { store in
            let erasure = Erasure(point: .first, before: moment + 2 * hour, by: "sato", reason: "R8-5")
            _ = try await store.erase(erasure, at: moment + 9 * hour)
        }
    }
}
