import Metering
import Testing

@testable import Storage

struct PathTests {
    private func state(_ isUp: Bool, _ since: Instant, path: Path.ID = .lineA) -> PathState {
        PathState(path: path, isUp: isUp, since: since, detail: isUp ? "answers" : "no such device")
    }

    @Test func `only a change of state is kept, and told`() async throws {
        let store = try await MeterStore.inMemory()
        let changes = [
            try await store.note(state(true, moment)), try await store.note(state(true, moment + hour)),
            try await store.note(state(false, moment + 2 * hour)),
            try await store.note(state(false, moment + 3 * hour)),
        ]
        #expect(changes == [true, false, true, false])
        #expect(
            try await store.pathHistory(of: .lineA) == [state(true, moment), state(false, moment + 2 * hour)]
        )
    }

    @Test func `each path has its own present state`() async throws {
        let store = try await MeterStore.inMemory()
        try await store.note(state(true, moment))
        try await store.note(state(false, moment, path: .lineB))
        try await store.note(state(false, moment + hour))
        #expect(
            try await store.pathStates() == [state(false, moment + hour), state(false, moment, path: .lineB)]
        )
    }
}
