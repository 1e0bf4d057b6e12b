import Alerting
import Metering
import Testing

@testable import Storage

struct IncidentTests {
    private func storeWithLeak() async throws -> (MeterStore, Incident.ID) {
        let store = try await MeterStore.withTwoPoints()
        let opened = try await store.store([.ofLeak(mark: 0)], at: moment)
        return (store, try #require(opened.first))
    }

    private func apply(_ change: IncidentChange, to store: MeterStore, at now: Instant) async throws {
        try await store.store([Judgement(changes: [change])], at: now)
    }

    @Test func `an incident comes back as its finding said`() async throws {
        let (store, id) = try await storeWithLeak()
        let expected = Incident(
            id: id,
            subject: .point(.first),
            kind: .leakContinuous,
            severity: .warning,
            state: .open,
            openedAt: moment,
            startedAt: moment,
            dataUntil: moment + 24 * hour,
            rate: .litresPerHour(20),
            volume: .litres(480),
            rule: "continuous-flow/1",
            coverage: Coverage(knownSeconds: 80_000, totalSeconds: 86_400)
        )
        #expect(try await store.incidents() == [expected])
    }

    @Test func `a second open incident of a kind at a place is refused with its whole judgement`()
        async throws
    {
        let (store, _) = try await storeWithLeak()
        let before = try await store.everything()
        await #expect(throws: StoreError.self) {
            try await store.store([.ofLeak(mark: 0)], at: moment + hour)
        }
        #expect(try await store.everything() == before)
        let elsewhere = IncidentChange.open(finding(at: .second), .warning, mail: nil)
        try await apply(elsewhere, to: store, at: moment + hour)
        #expect(try await store.incidents().count == 2)
    }

    @Test func `a refreshed incident keeps its earliest start and takes the newest data`() async throws {
        let (store, id) = try await storeWithLeak()
        let newer = finding(
            startedAt: moment + hour,
            dataUntil: moment + 30 * hour,
            litresPerHour: 25
        )
        try await apply(.refresh(id, newer), to: store, at: moment + 30 * hour)
        let incident = try #require(try await store.incident(id))
        #expect(incident.startedAt == moment)
        #expect(incident.dataUntil == moment + 30 * hour)
        #expect(incident.rate == .litresPerHour(25))
        #expect(try await store.history(of: id).map(\.kind) == [.opened, .refreshed])
    }

    @Test func `a closed incident can reopen under its own number`() async throws {
        let (store, id) = try await storeWithLeak()
        try await apply(.close(id, .recovered), to: store, at: moment + hour)
        #expect(try await store.incident(id)?.state == .closed(.recovered))
        #expect(try await store.incident(id)?.closedAt == moment + hour)
        try await apply(.reopen(id, finding()), to: store, at: moment + 2 * hour)
        #expect(try await store.incident(id)?.state == .open)
        #expect(try await store.incident(id)?.closedAt == nil)
        #expect(try await store.history(of: id).map(\.kind) == [.opened, .closed, .reopened])
        #expect(try await store.outboxCounts().waiting == 1)
    }

    @Test func `a number is never given twice`() async throws {
        let (store, id) = try await storeWithLeak()
        try await apply(.close(id, .recovered), to: store, at: moment)
        let next = try await store.store([.ofLeak(mark: 0)], at: moment + hour)
        #expect(next == [Incident.ID(2)])
    }

    @Test func `a change to an incident that a person closed meanwhile is passed over`() async throws {
        let (store, id) = try await storeWithLeak()
        try await store.close(id, .usage, by: "sato", note: "pond", at: moment + hour)
        let before = try await store.everything()
        try await apply(.refresh(id, finding()), to: store, at: moment + 2 * hour)
        try await apply(.close(id, .recovered), to: store, at: moment + 2 * hour)
        #expect(try await store.everything() == before)
    }

    @Test func `a change to an incident that never was is refused`() async throws {
        let (store, _) = try await storeWithLeak()
        let error = await #expect(throws: StoreError.self) {
            try await apply(.refresh(Incident.ID(99), finding()), to: store, at: moment)
        }
        #expect(error?.code == .notFound)
        #expect(error?.message == "there is no incident INC-000099")
    }

    @Test func `what a person does is in the history and in the audit log`() async throws {
        let (store, id) = try await storeWithLeak()
        try await store.acknowledge(id, by: "sato", note: "on my way", at: moment + hour)
        #expect(try await store.incident(id)?.state == .acknowledged)
        #expect(try await store.incidents(currentOnly: true).map(\.id) == [id])
        try await store.close(id, .repaired, by: "kato", at: moment + 2 * hour)
        #expect(try await store.incident(id)?.state == .closed(.repaired))
        #expect(try await store.history(of: id).map(\.person) == [nil, "sato", "kato"])
        #expect(try await store.auditLog().map(\.action) == ["acknowledge", "close"])
        let error = await #expect(throws: StoreError.self) {
            try await store.close(id, .repaired, by: "kato", at: moment + 3 * hour)
        }
        #expect(error?.message == "INC-000001 is closed already")
        #expect(try await store.auditLog().count == 2)
    }

    @Test func `incidents are chosen by place, state and time`() async throws {
        let (store, first) = try await storeWithLeak()
        try await apply(.close(first, .recovered), to: store, at: moment + hour)
        try await apply(.open(finding(.burst), .urgent, mail: nil), to: store, at: moment + 9 * hour)
        let path = Finding(
            subject: .path(.lineA),
            kind: .pathDown,
            startedAt: moment,
            dataUntil: moment,
            rule: "path/1",
            coverage: .none
        )
        try await apply(.open(path, .maintenance, mail: nil), to: store, at: moment + 9 * hour)
        let place = Finding.Subject.point(.first)
        #expect(
            try await store.incidents(of: place, currentOrClosedSince: moment + hour).map(\.id.number) == [
                1, 2,
            ]
        )
        #expect(
            try await store.incidents(of: place, currentOrClosedSince: moment + 2 * hour).map(\.id.number)
                == [2]
        )
        #expect(
            try await store.incidents(of: .path(.lineA), currentOrClosedSince: moment).map(\.kind) == [
                .pathDown
            ]
        )
        #expect(try await store.incidents(currentOnly: true).map(\.id.number) == [2, 3])
        #expect(try await store.incidents(openedSince: moment + 9 * hour).map(\.id.number) == [2, 3])
    }
}
