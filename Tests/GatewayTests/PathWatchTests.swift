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
}
