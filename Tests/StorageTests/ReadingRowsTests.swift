import GRDB
import Metering
import Seeds
import Testing

@testable import Storage

struct ReadingRowsTests {
    private static let points: [ServicePoint.ID] = [.first, .second]

    /// Rows around midnights, before 1970 too, with gaps of months, for both points and ways; and the same as a list.
    private func filled(seed: UInt64) async throws -> (MeterStore, [Place: [StoredReading]]) {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()])], at: moment)
        var generator = SeededGenerator(seed: seed)
        var kept: [Place: [StoredReading]] = [:]
        let bases: [Int64] = [-90_000, -32_400, 0, 1_790_000_000, 1_793_458_800, 1_800_000_000]
        for _ in 0..<200 {
            let base = bases.randomElement(using: &generator) ?? 0
            let reading = StoredReading(
                at: base + Int64.random(in: -2...2, using: &generator) * 43_200
                    + Int64.random(in: -1...1, using: &generator),
                revision: Int64.random(in: 1...2, using: &generator),
                index: Int64.random(in: 0...9_999, using: &generator),
                quality: 0,
                status: 0,
                capture: 1,
                stored: Int64.random(in: 1...9, using: &generator)
            )
            let place = Place(
                point: Int64.random(in: 1...2, using: &generator),
                route: Bool.random(using: &generator) ? .first : .second
            )
            let insertion = try await store.write("insert") { database in
                var table = try ReadingTable(database)
                return try table.insert(reading, at: place.point, by: place.route)
            }
            if insertion == .stored { kept[place, default: []].append(reading) }
        }
        try await store.run("DELETE FROM reading WHERE capture_key = 1 AND index_ml = 100000")
        return (store, kept.mapValues { $0.sorted { $0.comesBefore($1) } })
    }

    private struct Place: Hashable {
        let point: Int64
        let route: Route
    }

    @Test(arguments: [UInt64](1...12))
    func `rows answer as a list in order of time would`(seed: UInt64) async throws {
        let (store, kept) = try await filled(seed: seed)
        var generator = SeededGenerator(seed: seed &+ 1_000)
        for (place, list) in kept {
            for _ in 0..<40 {
                let ends = [
                    list.randomElement(using: &generator)?.at ?? 0,
                    list.randomElement(using: &generator)?.at ?? 0,
                ]
                let span = (ends.min() ?? 0)..<(ends.max() ?? 0) + Int64.random(in: 0...1, using: &generator)
                let storedBy =
                    Bool.random(using: &generator) ? Int64.max : Int64.random(in: 0...9, using: &generator)
                let known = list.filter { $0.stored <= storedBy }
                let (all, newest, first) = try await store.read("ask") { database in
                    let rows = ReadingRows(
                        database,
                        point: place.point,
                        route: place.route,
                        storedBy: storedBy
                    )
                    return (
                        try rows.all(in: span), try rows.newest(before: span.upperBound), try rows.first()
                    )
                }
                #expect(all == known.filter { span.contains($0.at) })
                #expect(newest == known.last { $0.at < span.upperBound }?.at)
                #expect(first == known.first?.at)
            }
        }
    }

    @Test(arguments: [UInt64](1...6))
    func `what is deleted is the span of one point and way, and nothing else`(seed: UInt64) async throws {
        let (store, kept) = try await filled(seed: seed)
        let chosen = Place(point: 1, route: .first)
        let span = Int64.min..<1_793_458_800
        let gone = try await store.write("delete") { database in
            try ReadingRows(database, point: chosen.point, route: chosen.route).delete(in: span)
        }
        #expect(gone == kept[chosen]?.filter { span.contains($0.at) }.count)
        for (place, list) in kept {
            let left = try await store.read("ask") { database in
                try ReadingRows(database, point: place.point, route: place.route).all(in: .min ..< .max)
            }
            #expect(left == (place == chosen ? list.filter { !span.contains($0.at) } : list))
        }
    }

    @Test(
        arguments: [
            (-32_401, -1), (-32_400, 0), (53_999, 0), (54_000, 1), (1_793_458_799, 20_757),
            (1_793_458_800, 20_758),
        ] as [(Int64, Int64)]
    )
    func `a day begins at midnight in Japan`(at: Int64, day: Int64) {
        #expect(ReadingRows.day(of: at) == day)
        #expect(LocalDay(containing: Instant(secondsSince1970: at)).daysSince1970 == day)
    }

    @Test func `a row under another day than its own is refused`() async throws {
        let store = try await MeterStore.withTwoPoints()
        _ = try await store.store([arrival([reading()])], at: moment)
        await #expect(throws: StoreError.self) {
            try await store.run("UPDATE reading SET day_jst = day_jst + 1")
        }
    }

    @Test func `rows of a version that kept them by point stay what they were`() async throws {
        let folder = try TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.path + "/" + MeterStore.fileName)
        try Schema.migrator.migrate(queue, upTo: "0008 quarantine by hand")
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO meter VALUES (1, 'M-1', 10000000000, 1000, NULL, 1);
                    INSERT INTO service_point VALUES (1, 'S-00001', 20, 'household', 'north', 0, 1);
                    INSERT INTO path (key, id) VALUES (1, 'line-a');
                    INSERT INTO capture (key, path_key, record_key, source, asked_utc, answered_utc, delivered_utc,
                        request_bytes, bytes, stored_utc) VALUES (1, 1, 'a', '7', 1, 1, 1, x'', x'', 5);
                    INSERT INTO arrival_mark VALUES (1, 1, NULL);
                    INSERT INTO reading VALUES (1, -32401, 1, 1000, 0, 0, 1, 5), (1, 1793458799, 1, 2000, 0, 3, 1, 5),
                        (1, 1793458800, 1, 3000, 2, 0, 1, 5), (1, 1793458800, 2, 3001, 1, 0, 1, 5);
                    INSERT INTO second_reading VALUES (1, 1793458800, 1, 7000, 0, 0, 1, 5);
                    """
            )
        }
        try queue.close()
        let store = try await MeterStore.open(folder: folder.path, as: .collector)
        let point = ServicePoint.ID.first
        let all = Instant(secondsSince1970: -100_000)..<moment + 1_000_000
        let first = try await store.readings(of: point, in: all)
        #expect(first.map(\.at.secondsSince1970) == [-32_401, 1_793_458_799, 1_793_458_800])
        #expect(first.map(\.index.millilitres) == [1_000, 2_000, 3_001])
        #expect(first.map(\.quality) == [.measured, .measured, .estimated])
        #expect(try await store.readings(of: point, in: all, by: .second).map(\.index) == [.litres(7)])
        #expect(try await store.unjudgedPoints(stage: "usage").map(\.earliest.secondsSince1970) == [-32_401])
        #expect(try await store.verify() == [])
    }
}
