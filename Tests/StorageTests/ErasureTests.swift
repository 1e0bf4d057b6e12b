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
        .incidents: 1, .mails: 1, .events: 1, .alarms: 2, .textRows: 0, .exchanges: 0, .dialSettings: 0,
        .proofs: 0,
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
        #expect(
            span.counts == expected.filter { $0.value > 0 } && span.from == moment
                && span.before == ErasureTests.end
        )
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

    /// A file of two meters' rows, some of them rejected; the second point's readings lead to it, the first one's do not.
    private func importFile(into store: MeterStore, isPacked: Bool) async throws {
        let before = (0..<3).map {
            "M-S-00001,\((moment + Int64($0) * hour).japaneseDescription),76543\($0)x,OK,\n"
        }
        let after = "M-S-00001,\((ErasureTests.end + hour).japaneseDescription),888x,OK,\n"
        let others = (0..<(isPacked ? 400 : 1)).map { number in
            "M-S-000012,\((moment + Int64(number) * hour).japaneseDescription),\(number),OK,\n"
        }
        let lines = before + [after] + others
        let rows = others.indices.map { number in
            ImportBatch.Row(
                point: 0,
                at: moment + Int64(number + 20) * hour,
                index: .litres(Int64(number)),
                line: 5 + lines.count - others.count + number
            )
        }
        let bad = (0..<4).map { number in
            RejectedRow(
                Rejection(place: "a.csv:\(5 + number)", field: "index_l", expected: "litres", found: "x"),
                text: number == 2 ? nil : Array("meter_id,timestamp\n\(lines[number])".utf8)
            )
        }
        let own = RejectedRow(
            Rejection(place: "a.csv:9", field: "index_l", expected: "litres", found: "y"),
            text: Array("meter_id,timestamp\n\(others[0])".utf8)
        )
        _ = try await store.importReadings(
            [ImportBatch(lines: 5...4 + lines.count, text: Array(lines.joined().utf8), rows: rows)],
            of: [.second],
            rejections: bad + [own],
            from: .file,
            file: "a.csv",
            at: moment + 14 * hour
        )
    }

    @Test(arguments: [true, false])
    func `rejected rows of the point go from files that others' readings lead to, line by line`(
        isPacked: Bool
    )
        async throws
    {
        let store = try await filled()
        try await importFile(into: store, isPacked: isPacked)
        let readings = try await store.allReadings(of: .second)
        let counts = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        #expect(counts[.textRows] == 3)
        #expect(try await store.allReadings(of: .second) == readings, "others' readings stay")
        let last = try #require(readings.last)
        let capture = try #require(try await store.capture(of: last))
        let lines = String(decoding: capture.bytes, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines.prefix(3).allSatisfy { $0.isEmpty }, "line numbers stay")
        #expect(lines[3].contains("888x"), "the present contract's rows stay")
        #expect(lines[4].hasPrefix("M-S-000012,"), "a longer number is another's")
        let left = try await store.quarantined().map(\.rejection.place)
        #expect(left.filter { $0.hasPrefix("a.csv") } == ["a.csv:8", "a.csv:9"])
        #expect(try await store.verify() == [])
    }

    /// Indexes that are found nowhere else: at an exchange, a dial setting and a proof.
    private func recordHistory(in store: MeterStore) async throws {
        let at = ErasureTests.end - 60 * 24 * hour
        let exchange = MeterExchange(
            point: .first,
            at: at,
            closing: .millilitres(5_111_222_333),
            opening: .millilitres(4_999_888_777),
            newMeter: .new
        )
        try await store.record(exchange, by: "sato", at: moment)
        for (number, dial) in [(0, Int64(3_777_666_555)), (1, 3_888_777_666)] {
            let setting = DialSetting(
                point: .first,
                at: at + Int64(number + 1) * hour,
                dial: .millilitres(dial),
                offset: .millilitres(dial - 1_000_000),
                cause: .dialReading,
                drift: .millilitres(2_333_444_555)
            )
            try await store.record(
                setting,
                replacing: setting.offset,
                by: "sato",
                reason: "read 3777",
                at: moment
            )
        }
        let proof = ModelProof(
            model: "pulses",
            edition: "1",
            point: .first,
            at: at,
            person: "sato",
            detail: "dial 6666.555 m3"
        )
        try await store.record(proof)
    }

    private static let historyTraces: [[UInt8]] = [
        // Indexes as SQLite writes them, the highest byte first.
        [0x00, 0x01, 0x30, 0xA7, 0x10, 0x3D], [0x00, 0x01, 0x2A, 0x04, 0x3F, 0x89],
        [0x00, 0x00, 0xE1, 0x2A, 0x9D, 0xFB], [0x00, 0x00, 0x8B, 0x15, 0x89, 0xCB],
        Array("5111222.333".utf8), Array("3777666.555".utf8), Array("read 3777".utf8), Array("6666.555".utf8),
    ]

    @Test
    func `what meters showed at exchanges, dial settings and proofs is gone, and that they hung there stays`()
        async throws
    {
        let store = try await filled()
        try await recordHistory(in: store)
        let counts = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        #expect([counts[.exchanges], counts[.dialSettings], counts[.proofs]] == [1, 2, 1])
        #expect(try await store.exchanges(of: .first).map(\.newMeter) == [.new])
        #expect(try await store.knownExchanges(of: .first) == [])
        let settings = try await store.dialSettings(of: .first)
        #expect(settings.map(\.dial) == [.zero, .zero])
        #expect(
            settings.map(\.offset) == [.zero, .millilitres(3_887_777_666)],
            "later counts need the last offset"
        )
        #expect(try await store.modelProofs().map(\.detail) == [""])
        let words = try await store.auditLog().filter { $0.action != "erase" }.map(\.detail)
        for trace in ["5111222", "3777", "3888", "6666"] {
            #expect(!words.contains { $0.contains(trace) }, "\(trace)")
        }
        #expect(try await store.erase(ErasureTests.erasure, at: moment + 21 * hour)[.exchanges] == 0)
        #expect(try await store.verify() == [])
    }

    @Test func `an exchange of erased people that is announced again brings no index back`() async throws {
        let store = try await filled()
        try await recordHistory(in: store)
        let known = try #require(try await store.exchanges(of: .first).first)
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        #expect(try await !store.record(known, by: "sato", at: moment + 21 * hour))
        let late = MeterExchange(
            point: .first,
            at: known.at - hour,
            closing: .litres(77),
            opening: .zero,
            newMeter: .between
        )
        #expect(try await store.record(late, by: "sato", at: moment + 21 * hour))
        #expect(try await store.texts("SELECT sum(closing_ml + opening_ml) FROM meter_exchange") == ["0"])
        #expect(try await store.exchanges(of: .first).map(\.newMeter) == [.between, .new])
    }

    @Test func `no byte of rejected rows or of meters' history is left in the file, its log or a later copy`()
        async throws
    {
        let folder = try TemporaryFolder()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        try await store.register([registered(.first), registered(.second)])
        try await fill(store)
        try await importFile(into: store, isPacked: false)
        try await recordHistory(in: store)
        try await store.checkpoint()
        let traces =
            ErasureTests.historyTraces.map { $0.first == 0 ? Array($0.drop { $0 == 0 }) : $0 }
            + [Array("765431x".utf8), Array("765430x".utf8)]
        func found() throws -> [Bool] {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let bytes = try files.map { try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + $0)) }
            return traces.map { trace in bytes.contains { $0.range(of: Data(trace)) != nil } }
        }
        let planted = try found()
        #expect(planted.allSatisfy { $0 }, "the traces are looked for rightly: \(planted)")
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        try await store.reclaim()
        try await store.backup(to: folder.path + "/copy")
        let left = try found()
        #expect(left.allSatisfy { !$0 }, "\(left)")
        try store.close()
    }

    @Test(arguments: [(-1, ""), (1, "{\n\"meter\":\"M-S-00001\",\n\"index\":\"76543x\"}")])
    func `a record in JSON that names the point loses all its bytes, if it is of the time before`(
        hours: Int64,
        left: String
    ) async throws {
        let store = try await filled()
        let at = ErasureTests.end + hours * hour
        let text = "{\n\"meter\":\"M-S-00001\",\n\"index\":\"76543x\"}"
        _ = try await store.store(
            [arrival([reading(.second, at: at)], key: "page", bytes: Array(text.utf8))],
            at: at
        )
        _ = try await store.erase(ErasureTests.erasure, at: moment + 20 * hour)
        let capture = try await store.capture(of: reading(.second, at: at))
        #expect(capture.map { String(decoding: $0.bytes, as: UTF8.self) } == left)
        #expect(try await store.verify() == [])
    }
}
