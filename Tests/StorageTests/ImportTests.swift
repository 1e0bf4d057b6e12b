import Metering
import Seeds
import Testing

@testable import Storage

struct ImportTests {
    private let rows = (0..<4_500).map { step in
        ImportBatch.Row(
            point: 0,
            at: moment + Int64(step - 4_500) * hour,
            index: .litres(Int64(step)),
            line: step + 2
        )
    }

    private func batches(_ rows: [ImportBatch.Row]) -> [ImportBatch] {
        stride(from: 0, to: rows.count, by: ImportBatch.mostLines).map { start in
            let some = Array(rows[start..<min(start + ImportBatch.mostLines, rows.count)])
            let text = some.map { "S-00001,\($0.line - 2)\n" }.joined()
            return ImportBatch(
                lines: some[0].line...some[some.count - 1].line,
                text: Array(text.utf8),
                rows: some
            )
        }
    }

    private func bring(
        _ rows: [ImportBatch.Row],
        into store: MeterStore,
        rejections: [RejectedRow] = [],
        at now: Instant = moment
    ) async throws -> ReadingTally {
        try await store.importReadings(
            batches(rows),
            of: [.first],
            rejections: rejections,
            from: .file,
            file: "readings.csv",
            at: now
        )
    }

    @Test func `a file imported twice is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        #expect(try await bring(rows, into: store) == ReadingTally(stored: 4_500))
        #expect(try await bring(rows, into: store, at: moment + 60) == ReadingTally(duplicates: 4_500))
        #expect(try await store.readingCount() == 4_500)
        #expect(try await store.verify() == [])
    }

    @Test
    func `months that are over are sealed, the present one stays in rows, and reading sees no difference`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        _ = try await bring(rows, into: store)
        let sealed = try await store.texts("SELECT sum(readings) FROM reading_block").first
        let open = try await store.texts("SELECT count(*) FROM reading").first
        // The moment is 9:00 on the first of November in Japan.
        #expect(sealed == "4491")
        #expect(open == "9")
        let stored = try await store.readings(of: .first, in: moment - 5_000 * hour..<moment)
        #expect(stored.map(\.index) == rows.map(\.index))
        #expect(stored.map(\.at) == rows.map(\.at))
    }

    @Test func `a reading leads back to its batch of rows, unpacked`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await bring(rows, into: store)
        #expect(try await store.captureCount() == 3)
        let wanted = Reading(point: .first, at: rows[4_400].at, index: rows[4_400].index)
        let capture = try #require(try await store.capture(of: wanted))
        let text = String(decoding: capture.bytes, as: UTF8.self)
        #expect(text.hasPrefix("S-00001,4000\n"))
        #expect(text.hasSuffix("S-00001,4499\n"))
        #expect(try await store.texts("SELECT DISTINCT packing FROM capture") == ["1"])
    }

    @Test func `a file that has grown adds its new rows only`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await bring(Array(rows.prefix(2_500)), into: store)
        #expect(try await bring(rows, into: store) == ReadingTally(stored: 2_000, duplicates: 2_500))
        #expect(try await store.verify() == [])
    }

    @Test func `rows in any order and in pieces of any size end in the same series`() async throws {
        var generator = SeededGenerator(seed: 95)
        let whole = try await MeterStore.withTwoPoints()
        _ = try await bring(rows, into: whole)
        let expected = try await whole.readings(of: .first, in: moment - 5_000 * hour..<moment)
        let pieces = try await MeterStore.withTwoPoints()
        var shuffled = rows.shuffled(using: &generator)
        while !shuffled.isEmpty {
            let some = Array(shuffled.prefix(Int.random(in: 1...900, using: &generator)))
            shuffled.removeFirst(some.count)
            let lines = some.map(\.line)
            let batch = ImportBatch(
                lines: (lines.min() ?? 1)...(lines.max() ?? 1),
                text: Array("\(lines)".utf8),
                rows: some
            )
            _ = try await pieces.importReadings([batch], of: [.first], from: .file, file: "x", at: moment)
        }
        #expect(try await pieces.readings(of: .first, in: moment - 5_000 * hour..<moment) == expected)
        #expect(try await pieces.verify() == [])
    }

    @Test func `a row that contradicts a sealed one is quarantined with its line, and the stored one stays`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        _ = try await bring(rows, into: store)
        let other = rows.map { row in
            row.line == 1_002
                ? ImportBatch.Row(point: 0, at: row.at, index: .litres(77_777), line: row.line) : row
        }
        let batch = ImportBatch(lines: 2...4_501, text: Array("other".utf8), rows: other)
        let tally = try await store.importReadings(
            [batch],
            of: [.first],
            from: .file,
            file: "b.csv",
            at: moment
        )
        #expect(tally == ReadingTally(duplicates: 4_499, quarantined: 1))
        let rejection = try #require(try await store.quarantined().first).rejection
        #expect(rejection.place == "b.csv:1002")
        #expect(rejection.found == "77777 L")
        let at = rows[1_000].at
        #expect(try await store.readings(of: .first, in: at..<at + 1).map(\.index) == [.litres(1_000)])
    }

    @Test func `rows that were not understood are quarantined under the file's name`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let bad = Rejection(place: "readings.csv:7", field: "index_l", expected: "a number", found: "abc")
        let tally = try await bring(Array(rows.prefix(1)), into: store, rejections: [RejectedRow(bad)])
        #expect(tally == ReadingTally(stored: 1, quarantined: 1))
        #expect(try await store.quarantined().map(\.rejection) == [bad])
    }

    @Test func `a failing transaction keeps nothing, and importing again keeps all`() async throws {
        let store = try await MeterStore.withTwoPoints()
        try await store.run(
            """
            CREATE TEMP TRIGGER fail BEFORE INSERT ON main.reading WHEN NEW.index_ml = 4499000
            BEGIN SELECT RAISE(ABORT, 'injected'); END
            """
        )
        await #expect(throws: StoreError.self) { try await bring(rows, into: store) }
        #expect(try await store.readingCount() == 0)
        #expect(try await store.captureCount() == 0)
        try await store.run("DROP TRIGGER fail")
        #expect(try await bring(rows, into: store) == ReadingTally(stored: 4_500))
    }

    @Test func `a point that is not registered fails the import by name`() async throws {
        let store = try await MeterStore.withTwoPoints()
        await #expect(throws: StoreError.self) {
            try await store.importReadings(batches(rows), of: [.unknown], from: .file, file: "x", at: moment)
        }
    }

    @Test(arguments: [
        ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ])
    func `a fingerprint is FNV-1a with 64 bits`(text: String, expected: String) {
        #expect(Fingerprint(of: text.utf8).description == expected)
    }
}
