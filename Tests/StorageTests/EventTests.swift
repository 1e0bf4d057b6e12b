import Metering
import Testing

@testable import Storage

func event(
    _ kind: EventKind,
    at: Instant = moment,
    place: PointEvent.Place = .point(.first),
    until: Instant? = nil,
    index: Volume? = nil,
    reason: String = "notice"
) -> PointEvent {
    PointEvent(place: place, kind: kind, at: at, until: until, index: index, by: "sato", reason: reason)
}

struct EventTests {
    @Test(arguments: EventKind.allCases)
    func `an event of every kind comes back as it was recorded, and is audited`(kind: EventKind) async throws
    {
        let store = try await MeterStore.withTwoPoints()
        let said = event(
            kind,
            until: kind.isLasting ? moment + hour : nil,
            index: kind == .handReading ? .cubicMetres(12) : nil
        )
        let recorded = try await store.record([EventRecord(said)], at: moment + 60)
        #expect(recorded.map(\.isNew) == [true])
        let events = try await store.events(of: .first)
        #expect(events.map(\.event) == [said])
        #expect(events.map(\.revision) == [1] && events.map(\.recordedAt) == [moment + 60])
        let act = try #require(try await store.auditLog().first)
        #expect((act.person, act.action, act.subject) == ("sato", kind.rawValue, "S-00001"))
        #expect(try await store.events(of: .second) == [])
        #expect(try await store.verify() == [])
    }

    @Test func `an event recorded twice is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.record([EventRecord(event(.open))], at: moment)
        let before = try await store.everything()
        let again = try await store.record([EventRecord(event(.open))], at: moment + hour)
        #expect(again.map(\.isNew) == [false])
        #expect(try await store.everything() == before)
    }

    @Test func `said again with other words, the later record counts and the earlier stays`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let first = try await store.record([EventRecord(event(.open))], at: moment)
        let second = try await store.record(
            [EventRecord(event(.open, reason: "typing error"))],
            at: moment + hour
        )
        #expect(first.map(\.id) == second.map(\.id))
        let now = try await store.events(of: .first)
        #expect(now.map(\.revision) == [2] && now.map(\.event.reason) == ["typing error"])
        #expect(try await store.events(of: .first, asOf: moment).map(\.event.reason) == ["notice"])
    }

    @Test func `a withdrawn event counts no more, stays on record, and can be recorded again`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let id = try #require(try await store.record([EventRecord(event(.open))], at: moment).first?.id)
        try await store.withdraw(id, by: "kato", reason: "wrong house", at: moment + hour)
        #expect(try await store.events(of: .first) == [])
        #expect(try await store.contracts(of: .first).spans.map(\.state) == [.unrecorded])
        let all = try await store.events(of: .first, includingWithdrawn: true)
        #expect(all.map(\.isWithdrawn) == [true] && all.map(\.event.by) == ["kato"])
        #expect(try await store.events(of: .first, asOf: moment).count == 1)
        #expect(try await store.auditLog().map(\.action) == ["open", "withdraw"])
        let error = await #expect(throws: StoreError.self) {
            try await store.withdraw(id, by: "kato", reason: "again", at: moment + hour)
        }
        #expect(error?.code == .failed)
        let again = try await store.record([EventRecord(event(.open))], at: moment + 2 * hour)
        #expect(again.map(\.isNew) == [true] && again.map(\.id) == [id])
        #expect(try await store.events(of: .first).map(\.revision) == [3])
    }

    @Test func `one bad event of several keeps none of them`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let before = try await store.everything()
        for bad in [
            event(.open, place: .point(.unknown)), event(.open, reason: ""),
            event(.handReading, index: .litres(1)), event(.open, place: .area("")),
        ] {
            await #expect(throws: StoreError.self) {
                try await store.record([EventRecord(event(.close)), EventRecord(bad)], at: moment)
            }
            #expect(try await store.everything() == before)
        }
        let error = await #expect(throws: StoreError.self) {
            try await store.withdraw(RecordedEvent.ID(9), by: "kato", reason: "none", at: moment)
        }
        #expect(error?.code == .notFound)
    }

    @Test func `works in an area are listed with each of its points`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let works = event(.plannedOutage, place: .area("north"), until: moment + hour)
        try await store.record([EventRecord(works)], at: moment)
        try await store.record([EventRecord(event(.plannedOutage, place: .area("south")))], at: moment)
        #expect(try await store.events(of: .first).map(\.event) == [works])
        #expect(try await store.events().count == 2)
        try await store.record([EventRecord(event(.open, at: moment - 1))], at: moment)
        #expect(try await store.events(since: moment).count == 2)
        #expect(try await store.events(of: .first, since: moment - 1).count == 2)
    }

    @Test func `what a rule may read makes the point unjudged, a hand reading does not`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let reading = event(.handReading, index: .cubicMetres(1))
        try await store.record([EventRecord(reading, held: .below)], at: moment)
        #expect(try await store.unjudgedPoints(stage: "usage") == [])
        #expect(try await store.events(of: .first).map(\.held) == [.below])
        try await store.record([EventRecord(event(.close, at: moment - hour))], at: moment)
        #expect(try await store.unjudgedPoints(stage: "usage").map(\.earliest) == [moment - hour])
    }

    @Test func `the latest vacancy that counts is what the register says`() async throws {
        let store = try await MeterStore.withTwoPoints()
        func isVacant() async throws -> Bool? { try await store.registeredPoint(.first)?.point.isVacant }
        #expect(try await isVacant() == false)
        let vacant = try await store.record([EventRecord(event(.vacant, at: moment + hour))], at: moment)
        #expect(try await isVacant() == true)
        try await store.record([EventRecord(event(.occupied, at: moment))], at: moment)
        #expect(try await isVacant() == true, "recorded later, but earlier")
        try await store.record([EventRecord(event(.occupied, at: moment + 2 * hour))], at: moment)
        #expect(try await isVacant() == false)
        let last = try #require(try await store.events(of: .first).last?.id)
        try await store.withdraw(last, by: "kato", reason: "wrong", at: moment)
        #expect(try await isVacant() == true)
        try await store.withdraw(try #require(vacant.first?.id), by: "kato", reason: "wrong", at: moment)
        #expect(try await isVacant() == false)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `events recorded in any order come to the same contracts`(seed: UInt64) async throws {
        var random = SeededNumbers(seed: seed)
        let kinds: [EventKind] = [.open, .close, .suspend, .vacant, .occupied]
        let events = (0..<10).map { _ in
            event(
                kinds.randomElement(using: &random) ?? .open,
                at: moment + Int64.random(in: 0...6, using: &random)
            )
        }
        var outcomes: Set<ContractSpans> = []
        var vacancies: Set<Bool> = []
        for _ in 0..<3 {
            let store = try await MeterStore.withTwoPoints()
            for event in events.shuffled(using: &random) {
                try await store.record([EventRecord(event)], at: moment)
            }
            outcomes.insert(try await store.contracts(of: .first))
            vacancies.insert(try #require(try await store.registeredPoint(.first)).point.isVacant)
        }
        #expect(outcomes.count == 1 && vacancies.count == 1)
    }

    @Test(arguments: [("E-000012", 12), ("12", 12), ("E-1234567", 1_234_567)] as [(String, Int64)])
    func `an event's number is read as people name it`(text: String, number: Int64) {
        #expect(RecordedEvent.ID(text)?.number == number)
        #expect(RecordedEvent.ID(number).description == (number == 12 ? "E-000012" : "E-1234567"))
        #expect(RecordedEvent.ID("E-x") == nil && RecordedEvent.ID("0") == nil)
    }
}
