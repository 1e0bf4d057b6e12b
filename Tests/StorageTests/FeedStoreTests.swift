import Metering
import Testing

@testable import Storage

private let feedMeter = Meter.ID("TN1")

private func change(_ hours: Int64, _ isRaised: Bool, at point: ServicePoint.ID = .first) -> AlarmChange {
    AlarmChange(
        point: point,
        meter: feedMeter,
        code: AlarmCode("LEAK_1"),
        at: moment + hours * hour,
        isRaised: isRaised,
        telegram: "A@@@@"
    )
}

/// A record that tells of changes or gaps alone.
private func record(
    _ key: String,
    alarms: [AlarmChange] = [],
    missing: [MissingSpan] = []
) -> FeedArrival {
    FeedArrival(arrival([], path: .feed, key: key), missing: missing, alarms: alarms)
}

private func gap(_ from: Int64, _ to: Int64, _ reason: MissingReason) -> MissingSpan {
    MissingSpan(point: .first, from: moment + from * hour, to: moment + to * hour, reason: reason)
}

struct AlarmStoreTests {
    @Test func `starts and clears are kept, and the level follows from them`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store(page: [record("1", alarms: [change(1, true)])], at: moment + hour)
        #expect(try await store.raisedAlarms().map(\.since) == [moment + hour])
        _ = try await store.store(page: [record("2", alarms: [change(3, false)])], at: moment + 3 * hour)
        #expect(try await store.raisedAlarms().isEmpty)
        #expect(try await store.alarmChanges(of: .first) == [change(1, true), change(3, false)])
        #expect(try await store.alarmLevels(of: .first).map(\.isRaised) == [false])
        #expect(try await store.alarmLevels(of: .first, asOf: moment + 2 * hour).map(\.isRaised) == [true])
        #expect(try await store.alarmLevels(of: .second).isEmpty)
        #expect(try await store.verify().isEmpty)
    }

    @Test func `a change delivered again, under whatever key, changes nothing`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let page = [record("1", alarms: [change(1, true)]), record("2", alarms: [change(3, false)])]
        _ = try await store.store(page: page, at: moment)
        let before = try await store.everything()
        #expect(try await store.store(page: page, at: moment + hour) == [.duplicate, .duplicate])
        #expect(try await store.everything() == before)
        _ = try await store.store(page: [record("3", alarms: [change(1, true)])], at: moment + hour)
        #expect(try await store.alarmChanges(of: .first).count == 2)
    }

    @Test func `a clear that comes before its start leaves the alarm cleared`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store(page: [record("2", alarms: [change(3, false)])], at: moment)
        _ = try await store.store(page: [record("1", alarms: [change(1, true)])], at: moment + hour)
        #expect(try await store.raisedAlarms().isEmpty)
    }

    @Test(arguments: ["alarm_change", "missing_span", "capture", "path"])
    func `a page is kept whole or not at all`(table: String) async throws {
        let store = try await MeterStore.withTwoPoints()
        let page = [
            FeedArrival(arrival([reading()], path: .feed, key: "r")),
            record("1", alarms: [change(1, true)], missing: [gap(1, 2, .power)]),
        ]
        let before = try await store.everything()
        try await store.failEveryWrite(to: table)
        await #expect(throws: StoreError.self) {
            try await store.store(
                page: page,
                advancing: Watermark(path: .feed, deliveredAt: moment),
                at: moment
            )
        }
        #expect(try await store.everything() == before)
        try await store.letWritesPass()
        _ = try await store.store(
            page: page,
            advancing: Watermark(path: .feed, deliveredAt: moment),
            at: moment
        )
        #expect(try await store.raisedAlarms().count == 1)
        #expect(try await store.watermark(of: .feed) == moment)
    }

    @Test func `gaps are kept once each with their reason, and found where they touch`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let gaps = [gap(1, 3, .communication), gap(1, 3, .power), gap(8, 8, .unknown)]
        _ = try await store.store(page: [record("1", missing: gaps)], at: moment)
        _ = try await store.store(page: [record("2", missing: gaps)], at: moment + hour)
        let all = moment..<moment + 24 * hour
        #expect(try await store.missingSpans(of: .first, in: all) == gaps)
        let touched = try await store.missingSpans(of: .first, in: moment + 3 * hour..<moment + 8 * hour)
        #expect(touched == Array(gaps.prefix(2)))
        #expect(try await store.missingSpans(of: .second, in: all).isEmpty)
    }
}

struct RedeliveryStoreTests {
    private let day = LocalDay(containing: moment)

    private func counts(_ store: MeterStore, since: LocalDay) async throws -> [[Int]] {
        try await store.redeliveries(on: .feed, since: since).map { [$0.askedCount, $0.failedCount] }
    }

    @Test func `each day of a request is remembered with how often it was asked for`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.noteAsked(for: feedMeter, day...day.advanced(by: 2), on: .feed, at: moment)
        try await store.noteAsked(for: feedMeter, day...day, on: .feed, at: moment + hour)
        let notes = try await store.redeliveries(on: .feed, since: day)
        #expect(notes.map(\.day) == [0, 1, 2].map { day.advanced(by: $0) })
        #expect(notes.map(\.askedCount) == [2, 1, 1])
        #expect(notes.map(\.lastAskedAt) == [moment + hour, moment, moment])
        #expect(try await store.redeliveries(on: .feed, since: day.advanced(by: 2)).count == 1)
        #expect(try await store.redeliveries(on: .lineA, since: day).isEmpty)
    }

    @Test func `a refusal is counted with its reason`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.noteAsked(for: feedMeter, day...day.advanced(by: 1), on: .feed, at: moment)
        try await store.noteRefused("404", for: feedMeter, day...day, on: .feed)
        #expect(try await counts(store, since: day) == [[1, 1], [1, 0]])
        #expect(try await store.redeliveries(on: .feed, since: day).map(\.lastFailure) == ["404", nil])
    }

    @Test func `it is still known after a restart`() async throws {
        let folder = try TemporaryFolder()
        let first = try await MeterStore.open(folder: folder.path, as: .collector)
        try await first.noteAsked(for: feedMeter, day...day, on: .feed, at: moment)
        try first.close()
        let second = try await MeterStore.open(folder: folder.path, as: .visitor)
        #expect(try await counts(second, since: day) == [[1, 0]])
    }

    @Test func `a request that can't be remembered is told, and nothing is half written`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let before = try await store.everything()
        try await store.failEveryWrite(to: "redelivery", when: "NEW.day_jst > \(day.daysSince1970)")
        await #expect(throws: StoreError.self) {
            try await store.noteAsked(for: feedMeter, day...day.advanced(by: 1), on: .feed, at: moment)
        }
        #expect(try await store.everything() == before)
    }
}
