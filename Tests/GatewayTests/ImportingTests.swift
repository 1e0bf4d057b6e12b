import Metering
import Storage
import Testing

@testable import Gateway

struct ImportingTests {
    private func importing() async throws -> (MeterStore, Importing) {
        let scene = try await GatewayScene()
        return (scene.store, Importing(pilot: GatewayScene.pilot, store: scene.store))
    }

    @Test func `good rows are stored, bad ones put aside with line and column, and again nothing changes`()
        async throws
    {
        let (store, importing) = try await importing()
        let file = """
            meter_id,timestamp,index_l,status,received_at
            S-00001,2026-03-01T00:00:00+09:00,100,OK,
            M-1,2026-03-01T01:00:00+09:00,101,OK,
            TN-3,2026-03-01T00:00:00+09:00,7,OK,2026-03-02T06:00:00+09:00
            M-1,2026-03-01T02:00:00+09:00,,NO_VALUE,
            M-9,2026-03-01T02:00:00+09:00,5,OK,
            M-1,yesterday,5,OK,
            M-1,2026-03-01T03:00:00+09:00,-5,OK,
            M-1,2026-03-01T04:00:00+09:00,5.5555,OK,
            M-1,2026-03-01T05:00:00+09:00
            M-1,2027-03-01T05:00:00+09:00,102,OK,
            """
        let outcome = try await importing.readings(Array(file.utf8), named: "a.csv", at: march(3))
        #expect(outcome.tally == ReadingTally(stored: 3, duplicates: 0, quarantined: 6))
        #expect(outcome.empty == 1)
        let told = outcome.rejections.map { "\($0.place) \($0.field)" }.sorted()
        #expect(
            told == [
                "a.csv:10 row", "a.csv:11 timestamp", "a.csv:6 meter_id", "a.csv:7 timestamp",
                "a.csv:8 index_l", "a.csv:9 index_l",
            ]
        )
        let again = try await importing.readings(Array(file.utf8), named: "a.csv", at: march(3))
        #expect(again.tally.stored == 0 && again.tally.duplicates == 3)
        #expect(try await store.readingCount() == 3)
    }

    @Test func `after an exchange the old meter's name and the new one's stand for the point`() async throws {
        let (store, _) = try await importing()
        let exchange = MeterExchange(
            point: .wired,
            at: march(2),
            closing: .litres(200),
            opening: .zero,
            newMeter: Meter.ID("M-4")
        )
        try await store.record(exchange, by: "sato", at: march(3))
        let adopted = GatewayScene.pilot.adopting(try await store.registeredPoints())
        let file = """
            meter_id,timestamp,index_l,status,received_at
            M-1,2026-03-01T00:00:00+09:00,100,OK,
            M-4,2026-03-02T01:00:00+09:00,3,OK,
            """
        let outcome = try await Importing(pilot: adopted, store: store)
            .readings(Array(file.utf8), named: "a.csv", at: march(3))
        #expect(outcome.tally == ReadingTally(stored: 2))
    }

    @Test func `a file without its columns is refused as a whole`() async throws {
        let (store, importing) = try await importing()
        let outcome = try await importing.readings(
            Array("meter,at\nM-1,x\n".utf8),
            named: "b.csv",
            at: march(3)
        )
        #expect(outcome.rejections.map(\.field) == ["meter_id", "timestamp", "index_l"])
        #expect(try await store.readingCount() == 0)
    }

    @Test func `exchanges off the dial or of unknown meters are put aside, the others recorded once`()
        async throws
    {
        let (store, importing) = try await importing()
        let file = """
            meter_id,at,final_index_l,initial_index_l,new_serial
            M-1,2026-03-01T10:00:00+09:00,500,0,M-10
            M-2,2026-03-01T10:00:00+09:00,10000000,0,M-11
            M-2,2026-03-01T10:00:00+09:00,5,10000000,M-11
            M-9,2026-03-01T10:00:00+09:00,5,0,M-12
            """
        let first = try await importing.exchanges(Array(file.utf8), named: "e.csv", by: "test", at: march(3))
        #expect(first.new == 1)
        #expect(
            first.rejections.map { "\($0.place) \($0.field)" } == [
                "e.csv:3 final_index_l", "e.csv:4 initial_index_l", "e.csv:5 meter_id",
            ]
        )
        #expect(try await store.quarantineCount() == 3)
        let second = try await importing.exchanges(Array(file.utf8), named: "e.csv", by: "test", at: march(3))
        #expect(second.new == 0)
        #expect(try await store.exchanges(of: .wired).map(\.newMeter) == [Meter.ID("M-10")])
        #expect(try await store.exchanges(of: .beside).isEmpty)
    }
}
