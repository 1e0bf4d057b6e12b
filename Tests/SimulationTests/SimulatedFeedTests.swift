import Decoding
import Metering
import Synchronization
import Testing

@testable import Simulation

struct SimulatedFeedTests {
    @Test func `paging brings every record once, in order of delivery`() throws {
        let feed = SimulatedFeed(Sample.neighbourhood(), seed: 1, now: { Sample.start + 30 * 86_400 })
        let whole = try page(feed, limit: 1_000)
        #expect(whole.nextCursor == nil)
        var records: [FeedRecord] = []
        var cursor: String?
        repeat {
            let next = try page(feed, cursor: cursor, limit: 7)
            records += next.records
            cursor = next.nextCursor
        } while cursor != nil
        #expect(records == whole.records)
        #expect(records.count > 150)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.deliveredAt <= $1.deliveredAt })
        #expect(whole.unreadable.isEmpty && records.allSatisfy(\.rejections.isEmpty))
    }

    @Test func `nothing is visible before it was delivered, at 05:41 of the next day or later`() throws {
        let clock = SettableTime(Sample.start + 86_400 + 5 * 3_600 + 40 * 60)
        let feed = SimulatedFeed(Sample.neighbourhood(), seed: 1, now: { clock.now })
        #expect(try page(feed).records.isEmpty)
        clock.now = Sample.start + 86_400 + 6 * 3_600
        let records = try page(feed).records
        #expect(!records.isEmpty)
        #expect(records.allSatisfy { $0.deliveredAt <= clock.now })
        let hours = records[0].values.map(\.at)
        #expect(hours.first == Sample.start + 3_600)
        #expect(hours.last == Sample.start + 86_400)
    }

    @Test func `values are the registers of their hours, under the meter of their hours`() throws {
        let neighbourhood = Sample.neighbourhood()
        let feed = SimulatedFeed(neighbourhood, seed: 1, now: { neighbourhood.truth.span.upperBound })
        let exchange = try #require(neighbourhood.truth.exchanges.first)
        let points = [exchange.newMeter: exchange.point].merging(
            neighbourhood.installations.map { ($0.meter, $0.point.id) },
            uniquingKeysWith: { first, _ in first }
        )
        let records = try page(feed, limit: 1_000).records
        for record in records {
            let point = try #require(points[record.meter])
            for value in record.values {
                #expect(value.index == neighbourhood.register(of: point, at: value.at))
                #expect(record.meter == neighbourhood.meter(of: point, at: value.at))
            }
        }
        #expect(records.contains { $0.meter == exchange.newMeter })
    }

    @Test func `late, repeated and completed records come, and a missing hour comes with revision 2`() throws
    {
        let dispatch = FeedDispatch(seed: 1)
        let days = (0..<400).map { LocalDay(containing: Sample.start).advanced(by: $0) }
        let deliveries = days.map { dispatch.deliveries(of: ServicePoint.ID("S-0009"), for: $0) }
        let late = deliveries.filter { $0.count == 1 && $0[0].late == 1...24 }
        let repeated = deliveries.filter { $0.count == 2 && $0[1].revision == 1 }
        let completed = deliveries.filter { $0.count == 2 && $0[1].revision == 2 }
        #expect(!late.isEmpty && !repeated.isEmpty && !completed.isEmpty)
        #expect(completed.allSatisfy { $0[0].missing == $0[1].late && $0[0].missing != nil })
        let slowest = zip(days, deliveries).map { $1.map(\.at).max().map { at in at } ?? $0.start }
        for (day, last) in zip(days, slowest) {
            #expect(last < day.advanced(by: FeedDispatch.longestDelayDays).start)
        }
    }

    @Test func `a fast clock stamps later, and crossed meters bear each other's number`() throws {
        let places = [
            SimulatedInstallation(
                point: Sample.point(1),
                meter: Meter.ID("M1"),
                dial: Dial(capacity: .cubicMetres(10_000), resolution: .litres(1)),
                reach: .wired(hasUnitOfItsOwn: true),
                isAlsoFed: true
            ),
            Sample.place(2), Sample.place(3, reach: .wired(hasUnitOfItsOwn: true)),
        ]
        let neighbourhood = Sample.quiet(places)
        let (one, other) = (places[0].point.id, places[1].point.id)
        var faults = FeedFaults.none
        faults.skewSeconds = 420
        faults.crossed = [one: other, other: one]
        let end = neighbourhood.truth.span.upperBound + 86_400
        let feed = SimulatedFeed(neighbourhood, seed: 1, faults: faults, now: { end })
        let records = try page(feed, limit: 1_000).records
        #expect(
            Set(records.map(\.meter)) == [Meter.ID("M1"), Meter.ID("M2")],
            "the third is on a line alone"
        )
        for record in records {
            let whose = record.meter == Meter.ID("M1") ? other : one
            for value in record.values {
                #expect(value.at.secondsSince1970 % 3_600 == 420)
                #expect(value.index == neighbourhood.register(of: whose, at: value.at - 420))
            }
        }
        let paged = records.flatMap { record in record.values.map { [record.meter.rawValue, "\($0.at)"] } }
        let delivered = feed.deliveredValues(by: end).map { [$0.meter.rawValue, "\($0.at)"] }
        #expect(Set(paged) == Set(delivered) && !delivered.isEmpty)
    }

    @Test func `a silent meter is delivered no more, the others are`() throws {
        let neighbourhood = Neighbourhood(
            [Sample.place(1, "vacant"), Sample.place(2, "vacant")],
            span: Sample.span(days: 20),
            seed: 1
        )
        let silence = try #require(neighbourhood.truth.events.first { $0.kind == .silence })
        let feed = SimulatedFeed(neighbourhood, seed: 1, now: { neighbourhood.truth.span.upperBound })
        let after = try page(feed, since: silence.from).records
        #expect(!after.isEmpty)
        #expect(after.allSatisfy { $0.meter != silence.meter })
    }

    @Test func `what was delivered is what the pages hold`() throws {
        let neighbourhood = Sample.neighbourhood()
        let end = Sample.start + 20 * 86_400
        let feed = SimulatedFeed(neighbourhood, seed: 1, now: { end })
        let paged = try page(feed).records.flatMap { record in
            record.values.map { [record.meter.rawValue, "\($0.at)"] }
        }
        let delivered = feed.deliveredValues(by: end).map { [$0.meter.rawValue, "\($0.at)"] }
        #expect(Set(paged) == Set(delivered))
        #expect(delivered.count > 2_000)
    }

    @Test(arguments: ["", "x", "1.2", "1.2.-3", "9.9.9.9"])
    func `a cursor that is none is refused`(cursor: String) {
        let feed = SimulatedFeed(Sample.quiet([]), seed: 1, now: { Sample.start })
        #expect(throws: FeedRefusal.badRequest("cursor")) {
            try feed.page(since: Sample.start, cursor: cursor, limit: 10)
        }
    }

    @Test func `a cursor is good for a day`() {
        let feed = SimulatedFeed(Sample.quiet([]), seed: 1, now: { Sample.start })
        let old = "0.\(Sample.start.secondsSince1970 - 86_401).0"
        #expect(throws: FeedRefusal.cursorExpired) {
            try feed.page(since: Sample.start, cursor: old, limit: 10)
        }
    }

    @Test(
        arguments: [
            (
                "/v1/water/readings?updated_since=2026-01-01T00:00:00Z", "secret", "HTTP/1.1 200",
                "\"records\":[{"
            ),
            (
                "/v1/water/readings?updated_since=2026-01-01T00:00:00Z", "wrong", "HTTP/1.1 401",
                "unauthorized"
            ),
            ("/v1/water/readings", "secret", "HTTP/1.1 400", "updated_since"),
            (
                "/v1/water/readings?updated_since=2026-01-01T00:00:00Z&limit=0", "secret", "HTTP/1.1 400",
                "limit"
            ),
            ("/v1/water/readings?cursor=0.0.0", "secret", "HTTP/1.1 410", "cursor_expired"),
            ("/v1/water/devices", "secret", "HTTP/1.1 200", "\"supply_point\":\"S-0009\""),
            (
                "/v1/water/alarms?updated_since=2026-01-01T00:00:00Z", "secret", "HTTP/1.1 200",
                "\"records\":["
            ),
        ])
    func `over HTTP each question gets its status`(path: String, token: String, status: String, part: String)
        async throws
    {
        let port = ListeningPort()
        let feed = SimulatedFeed(
            Sample.neighbourhood(),
            seed: 1,
            door: .token("secret"),
            now: { Sample.start + 10 * 86_400 }
        )
        let answer = try await whileServing(feed.server(ready: { port.announce($0) }).run) {
            try await LoopbackSocket.talk(to: port.number()) { socket in
                try socket.exchange(
                    "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
                        + "Connection: close\r\n\r\n"
                )
            }
        }
        #expect(answer.hasPrefix(status))
        #expect(answer.contains(part))
    }

    private func page(
        _ feed: SimulatedFeed,
        since: Instant = Sample.start,
        cursor: String? = nil,
        limit: Int = 1_000
    ) throws -> FeedPage {
        let text = try feed.page(since: since, cursor: cursor, limit: limit)
        return try FeedPage.decode(Array(text.utf8), arrivedAt: feed.now())
    }
}

/// A time that the test sets.
final class SettableTime: Sendable {
    private let instant: Mutex<Instant>

    init(_ instant: Instant) {
        self.instant = Mutex(instant)
    }

    var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

/// Runs `body` beside a service, which is stopped at the end.
func whileServing<Value: Sendable>(
    _ serve: @escaping @Sendable () async throws -> Void,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            _ = try? await serve()
            return nil
        }
        group.addTask { try await body() }
        var result: Value?
        while result == nil, let next = try await group.next() { result = next }
        group.cancelAll()
        return try #require(result)
    }
}
