import Metering
import Testing

@testable import Storage

struct ImportTests {
    private let rows = (0..<4_500).map { step in
        ImportRow(
            reading: reading(at: moment + Int64(step) * hour, litres: Int64(step)),
            line: step + 2,
            text: "S-00001,\(step)"
        )
    }

    @Test func `a file imported twice is kept once`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let first = try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment)
        let second = try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment + 60)
        #expect(first == ReadingTally(stored: 4_500))
        #expect(second == ReadingTally(duplicates: 4_500))
        #expect(try await store.readingCount() == 4_500)
    }

    @Test func `a capture keeps the rows of at most one batch as text`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment)
        #expect(try await store.captureCount() == 3)
        let text = try await store.texts("SELECT CAST(bytes AS TEXT) FROM capture WHERE key = 3")
        #expect(text.first?.hasPrefix("S-00001,4000\n") == true)
        #expect(text.first?.hasSuffix("S-00001,4499\n") == true)
    }

    @Test func `a file that has grown adds its new rows only`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.importReadings(
            Array(rows.prefix(2_500)),
            from: .file,
            file: "readings.csv",
            at: moment
        )
        let second = try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment + 60)
        #expect(second == ReadingTally(stored: 2_000, duplicates: 2_500))
    }

    @Test func `rows that were not understood are quarantined under the file's name`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let bad = Rejection(place: "readings.csv:7", field: "index_l", expected: "a number", found: "abc")
        let tally = try await store.importReadings(
            Array(rows.prefix(1)),
            rejections: [bad],
            from: .file,
            file: "readings.csv",
            at: moment
        )
        #expect(tally == ReadingTally(stored: 1, quarantined: 1))
        #expect(try await store.quarantined().map(\.rejection) == [bad])
    }

    @Test func `a failing batch leaves the batches before it, and importing again adds the rest`()
        async throws
    {
        let store = try await MeterStore.withTwoPoints()
        try await store.run(
            """
            CREATE TEMP TRIGGER fail BEFORE INSERT ON main.reading WHEN NEW.index_ml = 3000000
            BEGIN SELECT RAISE(ABORT, 'injected'); END
            """
        )
        await #expect(throws: StoreError.self) {
            try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment)
        }
        #expect(try await store.readingCount() == 2_000)
        try await store.run("DROP TRIGGER fail")
        let rest = try await store.importReadings(rows, from: .file, file: "readings.csv", at: moment)
        #expect(rest == ReadingTally(stored: 2_500, duplicates: 2_000))
    }

    @Test(arguments: [
        ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ])
    func `a fingerprint is FNV-1a with 64 bits`(text: String, expected: String) {
        #expect(Fingerprint(of: text.utf8).description == expected)
    }
}
