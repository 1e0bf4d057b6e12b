import Alerting
import Metering
import Storage
import Testing

@testable import Gateway

struct PathWatchTests {
    @Test func `a path that is down is one incident until it is up again`() async throws {
        let store = try await MeterStore.inMemory()
        let policy = AlertPolicy(
            station: "test",
            host: "example.jp",
            recipients: [.maintenance: ["duty@example.jp"]]
        )
        let watch = PathWatch(store: store, desk: IncidentDesk(policy: policy))
        try await watch.note(.line, failure: nil, at: march(1))
        #expect(try await store.incidents().isEmpty)
        for hour in 1...5 as ClosedRange<Int64> {
            try await watch.note(.line, failure: "no device", at: march(1, hours: hour))
        }
        let incident = try #require(try await store.incidents().first)
        #expect(try await store.incidents().count == 1)
        #expect(incident.kind == .pathDown && incident.startedAt == march(1, hours: 1) && incident.isCurrent)
        try await watch.note(.line, failure: nil, at: march(1, hours: 6))
        #expect(try await store.incidents().map(\.isCurrent) == [false])
        let states = try await store.pathHistory(of: .line)
        #expect(states.map(\.isUp) == [true, false, true])
        #expect(try await store.dueMail(at: march(2)).isEmpty, "a path is on the page, not in the mail")
    }

    private static let alarms = Path.ID("feed/alarms")

    private func watch(_ store: MeterStore) -> PathWatch {
        let policy = AlertPolicy(station: "test", host: "example.jp", recipients: [:])
        return PathWatch(store: store, desk: IncidentDesk(policy: policy))
    }

    private func noteAlarms(_ failure: String?, at now: Instant, _ watch: PathWatch) async throws {
        try await watch.note(
            PathWatchTests.alarms,
            beside: .feed,
            patience: .seconds(3_600),
            failure: failure,
            at: now
        )
    }

    @Test func `a feed that is down with its alarms is one incident`() async throws {
        let store = try await MeterStore.inMemory()
        let watch = watch(store)
        try await watch.note(.feed, failure: nil, at: march(1))
        for minute in stride(from: Int64(5), to: 60, by: 5) {
            try await noteAlarms("down", at: march(1, seconds: minute * 60), watch)
        }
        #expect(try await store.incidents().isEmpty, "the feed has had no time to show it")
        try await watch.note(.feed, failure: "down", at: march(1, hours: 1))
        for hour in 2...5 as ClosedRange<Int64> {
            try await noteAlarms("down", at: march(1, hours: hour), watch)
        }
        #expect(try await store.incidents().map(\.subject) == [.path(.feed)])
        #expect(try await store.pathStates().map(\.isUp) == [false, false])
    }

    @Test func `alarms that fail alone are an incident of their own until they answer`() async throws {
        let store = try await MeterStore.inMemory()
        let watch = watch(store)
        try await watch.note(.feed, failure: nil, at: march(1))
        for minute in stride(from: Int64(0), through: 70, by: 5) {
            try await noteAlarms("404", at: march(1, seconds: minute * 60), watch)
        }
        let incident = try #require(try await store.incidents().first)
        #expect(incident.subject == .path(PathWatchTests.alarms) && incident.startedAt == march(1))
        try await noteAlarms(nil, at: march(1, hours: 2), watch)
        #expect(try await store.incidents().map(\.isCurrent) == [false])
    }
}
