import Decoding
import Metering
import Storage
import Testing

@testable import Gateway

struct FileIntakeTests {
    private static let path = Path.ID("daily")

    private static let layout = FeedLayout(
        id: FeedLayout.ID("daily"),
        form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
        columns: [
            .kind: "区分", .day: "計量日", .meter: "番号", .point: "水栓", .time: "時刻", .index: "指針", .revision: "訂正",
        ],
        records: FeedLayout.RecordRule(
            trailer: FeedLayout.RecordRule.Trailer(kind: "T", column: "指針", pattern: "件数={count}")
        )
    )

    private static let header = "区分,計量日,番号,水栓,時刻,指針,訂正"

    /// A file of these rows with its trailer.
    private static func file(
        _ rows: [String],
        count: Int? = nil,
        named name: String = "a.csv"
    ) -> FeedFile {
        let lines = [header] + rows + ["T,,,,,件数=\(count ?? rows.count),"]
        let text = lines.joined(separator: "\r\n") + "\r\n"
        return FeedFile(name: name, bytes: Array(text.utf8), receivedAt: march(2, hours: 6))
    }

    private func scene() async throws -> (MeterStore, FileIntake) {
        let scene = try await GatewayScene()
        return (scene.store, FileIntake(store: scene.store) { GatewayScene.pilot })
    }

    private func take(_ file: FeedFile, _ intake: FileIntake) async throws -> FileIntake.Tally? {
        let outcome = try await intake.take(file, by: Self.layout, from: Self.path, at: march(2, hours: 6))
        guard case .taken(let tally) = outcome else { return nil }
        return tally
    }

    private static let good = ["D,2026/3/1,TN-3,S-00003,1:00,100,1", "D,2026/3/1,TN-3,S-00003,24:00,140,1"]

    @Test func `rows become readings of the meter's point, and each leads back to the file`() async throws {
        let (store, intake) = try await scene()
        let file = Self.file(Self.good)
        #expect(try await take(file, intake)?.readings == ReadingTally(stored: 2))
        let readings = try await store.readings(of: .fed, in: march(1)..<march(3))
        #expect(readings.map(\.at) == [march(1, hours: 1), march(2)])
        let last = try #require(readings.last)
        let capture = try #require(try await store.capture(of: last))
        #expect(capture.bytes == file.bytes && capture.source == "a.csv" && capture.path == Self.path)
    }

    @Test func `the same content changes nothing, under whatever name and however often`() async throws {
        let (store, intake) = try await scene()
        _ = try await take(Self.file(Self.good), intake)
        let count = try await store.readingCount()
        for number in 0..<10 {
            let tally = try #require(try await take(Self.file(Self.good, named: "\(number).csv"), intake))
            #expect(tally.isKnown && tally.readings == ReadingTally(duplicates: 2))
        }
        #expect(try await store.readingCount() == count)
        #expect(try await store.quarantineCount() == 0)
    }

    @Test func `the same rows in another file are known, a higher revision is kept beside them`() async throws
    {
        let (store, intake) = try await scene()
        _ = try await take(Self.file(Self.good), intake)
        let corrected = Self.good + ["D,2026/3/1,TN-3,S-00003,24:00,141,2"]
        let tally = try #require(try await take(Self.file(corrected), intake))
        #expect(tally.readings == ReadingTally(stored: 1, duplicates: 2))
        let last = try #require(try await store.lastReading(of: .fed))
        #expect(last.index == .litres(141) && last.revision == 2)
    }

    @Test func `another index under the same revision is put aside, the stored one stays`() async throws {
        let (store, intake) = try await scene()
        _ = try await take(Self.file(Self.good), intake)
        let other = Self.file([Self.good[0].replacing(",100,", with: ",101,")])
        #expect(try await take(other, intake)?.readings == ReadingTally(quarantined: 1))
        let readings = try await store.readings(of: .fed, in: march(1)..<march(2))
        #expect(readings.map(\.index) == [.litres(100)])
    }

    @Test func `a file refused whole stores nothing and waits in quarantine with its bytes`() async throws {
        let (store, intake) = try await scene()
        let file = Self.file(Self.good, count: 3)
        #expect(try await take(file, intake) == nil)
        #expect(try await store.readingCount() == 0)
        let entry = try #require(try await store.quarantined().first)
        #expect(entry.rejection.place == "a.csv" && entry.rejection.field == "trailer")
        #expect(try await store.quarantinedEvidence(entry.number)?.bytes == file.bytes)
    }

    @Test(arguments: [
        ("D,2026/3/1,TN-9,,1:00,5,1", "meter_id"), ("D,2026/3/1,TN-3,S-00001,1:00,5,1", "service_point"),
        ("D,2026/3/1,,S-00009,1:00,5,1", "service_point"), ("D,2026/3/1,TN-3,,1:00,x,1", "index"),
    ])
    func `a row that leads nowhere is put aside while its neighbours are kept`(row: String, field: String)
        async throws
    {
        let (store, intake) = try await scene()
        let tally = try #require(try await take(Self.file([row, Self.good[1]]), intake))
        #expect(tally.readings == ReadingTally(stored: 1, quarantined: 1))
        let entry = try #require(try await store.quarantined().first)
        #expect(entry.rejection.place == "a.csv:2" && entry.rejection.field == field)
    }

    @Test(arguments: ["TN-3", "M-3", "S-00003", ""])
    func `a meter may be named by the feed's number, its own, or its point's`(name: String) async throws {
        let (_, intake) = try await scene()
        let tally = try await take(Self.file(["D,2026/3/1,\(name),S-00003,1:00,100,1"]), intake)
        #expect(tally?.readings == ReadingTally(stored: 1))
    }

    @Test func `a store that fails takes nothing, and the file comes again`() async throws {
        let (store, intake) = try await scene()
        try await store.failEveryWrite(to: "reading")
        await #expect(throws: StoreError.self) { try await take(Self.file(Self.good), intake) }
        #expect(try await store.captureCount() == 0)
        try await store.letWritesPass()
        #expect(try await take(Self.file(Self.good), intake)?.readings.stored == 2)
    }
}
