import Alerting
import Foundation
import Metering
import Testing

@testable import Storage

struct ErasureTests {
    /// The end of the past contract: ten hours of readings before, two after.
    private static let end = moment + 10 * hour
    private static let erasure = Erasure(
        point: .first,
        before: end,
        meters: [Meter.ID("M-S-00001")],
        by: "sato",
        reason: "R8-5"
    )
    private static let secret = Array("bytes-of-the-former-resident".utf8)

    /// Twelve hours of two meters; the third hour's answer carries both.
    private func fill(_ store: MeterStore) async throws {
        for number in 0..<12 {
            let at = moment + Int64(number) * hour
            var readings = [reading(at: at, litres: 123_456_789 + Int64(number))]
            if number == 2 { readings.append(reading(.second, at: at, litres: 5)) }
            _ = try await store.store(
                [arrival(readings, bytes: ErasureTests.secret + [UInt8(number)])],
                at: at
            )
        }
        let record = arrival(
            [],
            key: "M-S-00001:bad",
            bytes: ErasureTests.secret,
            rejections: [
                Rejection(place: "row", field: "index_ml", expected: "a number", found: "former secret")
            ]
        )
        let named = Capture(
            path: .feed,
            source: "M-S-00001",
            key: record.capture.key,
            times: record.capture.times,
            bytes: record.capture.bytes
        )
        let odd = Arrival(capture: named, readings: [], rejections: record.rejections)
        _ = try await store.store([odd], at: moment)
        let conflict = arrival([reading(at: moment, litres: 7)], key: "conflict")
        _ = try await store.store([conflict], at: moment)
        try await store.hold(
            [arrival([reading(at: moment + 60)], key: "held")],
            under: "X",
            from: 7,
            at: moment
        )
        try await store.store([.ofLeak(mark: 1)], at: moment + hour)
        for (number, at) in [moment + hour, ErasureTests.end].enumerated() {
            _ = try await store.store(page: [ErasureTests.told(at: at, key: "told \(number)")], at: moment)
        }
        let read = event(.handReading, index: .cubicMetres(123_456))
        try await store.record(
            [EventRecord(read), EventRecord(event(.open, at: ErasureTests.end))],
            at: moment
        )
    }

    /// A record of the feed that has an alarm and a missing hour of the first point, and no reading.
    private static func told(at: Instant, key: String) -> FeedArrival {
        let alarm = AlarmChange(
            point: .first,
            meter: Meter.ID("TN-1"),
            code: AlarmCode("LEAK_1"),
            at: at,
            isRaised: true,
            telegram: "A"
        )
        let missing = MissingSpan(point: .first, from: at, to: at + hour, reason: .power)
        return FeedArrival(arrival([], path: .feed, key: key), missing: [missing], alarms: [alarm])
    }

    private func filled() async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        try await fill(store)
        return store
    }

    private let expected: [ErasedSpan.Kind: Int] = [
        .readings: 10, .heldReadings: 1, .dailyUsage: 1, .captures: 12, .sharedCaptures: 1, .quarantine: 2,
        .incidents: 1, .mails: 1, .events: 1, .alarms: 2,
    ]

    @Test func `counting what would go changes nothing`() async throws {
        let store = try await filled()
        let before = try await store.everything()
        #expect(try await store.counts(of: ErasureTests.erasure, at: moment) == expected)
        #expect(try await store.everything() == before)
    }

    @Test func `what tells of the people before is gone, counts are left, and every law holds`() async throws
    {
        let store = try await filled()
        #expect(try await store.erase(ErasureTests.erasure, at: moment + 20 * hour) == expected)
        #expect(try await store.allReadings().map(\.at) == [ErasureTests.end, ErasureTests.end + hour])
        #expect(try await store.allReadings(of: .second).count == 1, "another's readings stay")
        #expect(try await store.held(at: .first) == nil)
        let today = LocalDay(containing: moment)
        #expect(try await store.dailyUsage(of: .first, in: today..<today.advanced(by: 2)) == [])
        #expect(try await store.quarantined() == [])
        let incident = try #require(try await store.incidents().first)
        #expect(incident.rate == nil && incident.volume == nil && incident.startedAt == incident.openedAt)
        #expect(try await store.history(of: incident.id).map(\.detail) == [""])
        #expect(try await store.events(of: .first).map(\.event.kind) == [.open], "contracts stay")
        let span = try #require(try await store.erasedSpans(of: .first).first)
        #expect(span.counts == expected && span.from == moment && span.before == ErasureTests.end)
        #expect((span.by, span.reason, span.refused) == ("sato", "R8-5", 0))
        #expect(try await store.auditLog().last?.action == "erase")
        #expect(try await store.unjudgedPoints(stage: "judgement").map(\.earliest).contains(moment))
        #expect(try await store.verify() == [])
    }

    @Test func `what is delivered again is counted, refused and kept nowhere`() async throws {
        let store = try await filled()
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        let before = try await store.texts("SELECT count(*) FROM capture WHERE length(bytes) > 0")
        func deliver(_ numbers: [Int64], key: String, bytes: [UInt8]) async throws -> ArrivalOutcome? {
            let readings = numbers.map { reading(at: moment + $0 * hour, litres: 9, revision: 3) }
            return try await store.store([arrival(readings, key: key, bytes: bytes)], at: moment + 21 * hour)
                .first
        }
        let same = arrival([reading(at: moment, litres: 123_456_789)], bytes: ErasureTests.secret + [0])
        #expect(try await store.store([same], at: moment + 21 * hour) == [.duplicate])
        var refused = ReadingTally()
        refused.refused = 2
        #expect(try await deliver([0, 1], key: "corrected", bytes: ErasureTests.secret) == .stored(refused))
        #expect(try await deliver([0, 1], key: "corrected", bytes: [1]) == .duplicate)
        var partly = ReadingTally(stored: 1)
        partly.refused = 1
        #expect(try await deliver([9, 10], key: "mixed", bytes: ErasureTests.secret) == .stored(partly))
        #expect(try await store.texts("SELECT count(*) FROM capture WHERE length(bytes) > 0") == before)
        #expect(try await store.erasedSpans().map(\.refused) == [6])
        #expect(try await store.allReadings().map(\.at) == [ErasureTests.end, ErasureTests.end + hour])
        #expect(try await store.quarantined() == [])
        #expect(try await store.verify() == [])
    }

    @Test(arguments: [true, false])
    func `rejected rows of others in the same file stay, those of the erased point alone go`(isOfMany: Bool)
        async throws
    {
        let store = try await filled()
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        var readings = [reading(at: moment + hour, litres: 9, revision: 3)]
        if isOfMany { readings.append(reading(.second, at: moment + hour, litres: 6)) }
        let rejection = Rejection(place: "a.csv:4", field: "index", expected: "a number", found: "x")
        let file = arrival(readings, key: "file", bytes: ErasureTests.secret, rejections: [rejection])
        _ = try await store.store([file], at: moment + 21 * hour)
        #expect(try await store.quarantined().map(\.rejection) == (isOfMany ? [rejection] : []))
        #expect(try await store.verify() == [])
    }

    @Test func `a file imported again leaves the erased rows out, and its text with them`() async throws {
        let store = try await filled()
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        let rows = [8, 9, 12, 13, 14, 15].map { number in
            ImportBatch.Row(
                point: 0,
                at: moment + Int64(number) * hour,
                index: .litres(Int64(number)),
                line: number
            )
        }
        let batches = [
            ImportBatch(lines: 8...13, text: Array("with erased rows".utf8), rows: Array(rows.prefix(4))),
            ImportBatch(lines: 14...15, text: Array("without".utf8), rows: Array(rows.suffix(2))),
        ]
        for expected in [(4, 2, 0), (0, 0, 6)] {
            let tally = try await store.importReadings(
                batches,
                of: [.first],
                from: .file,
                file: "a.csv",
                at: moment + 21 * hour
            )
            #expect((tally.stored, tally.refused, tally.duplicates) == expected)
        }
        let text = try await store.texts("SELECT CAST(bytes AS TEXT) FROM capture WHERE source = 'a.csv'")
        #expect(text == ["", "without"])
        #expect(try await store.erasedSpans().map(\.refused) == [2])
        #expect(try await store.verify() == [])
    }

    @Test func `sealed readings are erased like all others, and what is younger stays`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let start = moment - 200 * 24 * hour
        let readings = (0..<60 * 24).map { reading(at: start + Int64($0) * hour, litres: Int64($0)) }
        let other = readings.map { reading(.second, at: $0.at, litres: 5) }
        _ = try await store.store([arrival(readings, key: "own"), arrival(other, key: "other")], at: start)
        _ = try await store.seal(at: moment)
        let end = start + 40 * 24 * hour
        let erasure = Erasure(point: .first, before: end, by: "T", reason: "moved out")
        let counts = try await store.erase(erasure, at: moment)
        #expect(counts[.readings] == 40 * 24)
        #expect(try await store.erasedSpans().map(\.from) == [start])
        let all = start..<moment
        #expect(try await store.readings(of: .first, in: all) == readings.filter { $0.at >= end })
        #expect(try await store.readings(of: .second, in: all) == other)
        #expect(try await store.verify() == [])
    }

    @Test func `alarms and missing hours of an erased span do not come back`() async throws {
        let store = try await filled()
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        _ = try await store.store(page: [ErasureTests.told(at: moment + hour, key: "again")], at: moment)
        let counts = try await store.texts(
            "SELECT (SELECT count(*) FROM alarm_change) || ' ' || (SELECT count(*) FROM missing_span)"
        )
        #expect(counts == ["1 1"])
    }

    @Test func `a stranger's answer from before is not held`() async throws {
        let store = try await filled()
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        try await store.hold(
            [arrival([reading(at: moment + 61)], key: "late")],
            under: "X",
            from: 7,
            at: moment
        )
        #expect(try await store.held(at: .first) == nil)
    }

    @Test func `no byte of it is left in the file or its log`() async throws {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first), registered(.second)])
        try await fill(store)
        try await store.checkpoint()
        // A secret, the first index (123,456,789,000 mL) as SQLite writes it, the leak's volume, a cell of a bad row.
        let traces: [[UInt8]] = [
            ErasureTests.secret, [0x1C, 0xBE, 0x99, 0x1A, 0x08], Array("480000 mL".utf8),
            Array("former secret".utf8),
        ]
        func found() throws -> [Bool] {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let bytes = try files.map { try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + $0)) }
            return traces.map { trace in bytes.contains { $0.range(of: Data(trace)) != nil } }
        }
        #expect(try found() == [true, true, true, true], "the traces are looked for rightly")
        let whole = Erasure(
            point: .first,
            before: moment + 13 * hour,
            meters: ErasureTests.erasure.meters,
            by: "sato",
            reason: "R8-5"
        )
        _ = try await store.erase(whole, at: moment + 20 * hour)
        try await store.reclaim()
        #expect(try found() == [false, false, false, false])
        #expect(try await store.verify() == [])
        try store.close()
    }

    @Test func `without a reason, at an unknown point, or by a visitor nothing is erased`() async throws {
        let store = try await filled()
        let before = try await store.everything()
        for bad in [
            Erasure(point: .first, before: ErasureTests.end, by: "sato", reason: ""),
            Erasure(point: .first, before: ErasureTests.end, by: "", reason: "R8-5"),
            Erasure(point: .unknown, before: ErasureTests.end, by: "sato", reason: "R8-5"),
        ] {
            await #expect(throws: StoreError.self) { _ = try await store.erase(bad, at: moment) }
        }
        #expect(try await store.everything() == before)
        let folder = try TemporaryFolder()
        let visitor = try await MeterStore.open(folder: folder.path, as: .visitor)
        let error = await #expect(throws: StoreError.self) { try await visitor.reclaim() }
        #expect(error?.code == .failed)
    }
}
