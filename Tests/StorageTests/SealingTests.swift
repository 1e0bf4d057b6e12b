import Metering
import Seeds
import Testing

@testable import Storage

struct SealingTests {
    /// Half a year that ended long before `moment`, with gaps, late values, corrections and a second way.
    private func filled(seed: UInt64) async throws -> MeterStore {
        let store = try await MeterStore.withTwoPoints()
        var generator = SeededGenerator(seed: seed)
        let start = moment - 300 * 24 * hour
        for step in 0..<400 {
            let at = start + Int64.random(in: 0..<180 * 24, using: &generator) * hour
            let revision = Int.random(in: 1...3, using: &generator)
            let litres = (at - start) / hour + Int64(revision)
            let reading = Reading(
                point: Bool.random(using: &generator) ? .first : .second,
                at: at,
                index: .litres(litres),
                quality: Int.random(in: 0...9, using: &generator) == 0 ? .suspect : .measured,
                revision: revision
            )
            let brought = arrival([reading], key: "\(seed) \(step)")
            let route: Route = Int.random(in: 0...3, using: &generator) == 0 ? .second : .first
            _ = try await store.store(
                [
                    Arrival(
                        capture: brought.capture,
                        readings: route == .first ? [reading] : [],
                        second: route == .second ? [reading] : []
                    )
                ],
                at: at + Int64.random(in: 0...40 * 24, using: &generator) * hour
            )
        }
        return store
    }

    /// Everything that can be asked about readings, as text.
    private func answers(_ store: MeterStore, seed: UInt64) async throws -> [String] {
        var generator = SeededGenerator(seed: seed)
        var answers = ["\(try await store.readingCount())"]
        answers += try await store.lastReadings().map { "\($0.key) \($0.value)" }.sorted()
        for _ in 0..<60 {
            let point: ServicePoint.ID = Bool.random(using: &generator) ? .first : .second
            let from = moment - Int64.random(in: 0...310 * 24, using: &generator) * hour
            let range = from..<from + Int64.random(in: 0...100 * 24, using: &generator) * hour
            let route: Route = Bool.random(using: &generator) ? .first : .second
            let asOf =
                Bool.random(using: &generator)
                ? nil : moment - Int64.random(in: 0...300 * 24, using: &generator) * hour
            let readings = try await store.readings(
                of: point,
                in: range,
                includingBefore: Bool.random(using: &generator),
                by: route,
                asOf: asOf
            )
            answers.append("\(readings)")
            if let reading = readings.randomElement(using: &generator) {
                answers.append("\(String(describing: try await store.capture(of: reading, by: route)))")
            }
            answers.append("\(String(describing: try await store.firstReading(of: point)))")
            answers.append("\(String(describing: try await store.lastReading(of: point)))")
        }
        return answers
    }

    @Test(arguments: [UInt64](1...8))
    func `sealing changes nothing that can be read`(seed: UInt64) async throws {
        let store = try await filled(seed: seed)
        let before = try await answers(store, seed: seed)
        #expect(try await store.seal(at: moment) > 10)
        let rows = try await store.texts(
            "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM second_reading)"
        )
        #expect(rows == ["0"])
        #expect(try await answers(store, seed: seed) == before)
        #expect(try await store.verify() == [])
        #expect(try await store.seal(at: moment) == 0)
    }

    @Test func `what is young stays in rows`() async throws {
        let store = try await MeterStore.withTwoPoints()
        let young = reading(at: moment - 40 * 24 * hour)
        _ = try await store.store([arrival([young])], at: moment)
        #expect(try await store.seal(at: moment) == 0)
    }

    private func sealed() async throws -> (MeterStore, Reading) {
        let store = try await MeterStore.withTwoPoints()
        let old = reading(at: moment - 200 * 24 * hour, litres: 500)
        _ = try await store.store([arrival([old], key: "old")], at: moment - 200 * 24 * hour)
        _ = try await store.seal(at: moment)
        return (store, old)
    }

    @Test func `a sealed reading that comes again is a duplicate, another index for it is quarantined`()
        async throws
    {
        let (store, old) = try await sealed()
        let again = try await store.store([arrival([old], key: "again")], at: moment)
        #expect(again == [.stored(ReadingTally(duplicates: 1))])
        let other = try await store.store(
            [arrival([reading(at: old.at, litres: 501)], key: "other")],
            at: moment
        )
        #expect(other == [.stored(ReadingTally(quarantined: 1))])
        #expect(try await store.readings(of: .first, in: old.at..<old.at + 1) == [old])
    }

    @Test func `a correction of a sealed reading counts, the old one stays known, and both are sealed again`()
        async throws
    {
        let (store, old) = try await sealed()
        let correction = reading(at: old.at, litres: 490, revision: 2)
        let late = reading(at: old.at + hour, litres: 495)
        _ = try await store.store([arrival([correction, late], key: "correction")], at: moment)
        for _ in 0..<2 {
            #expect(
                try await store.readings(of: .first, in: old.at..<old.at + 2 * hour) == [correction, late]
            )
            let before = try await store.readings(
                of: .first,
                in: old.at..<old.at + 2 * hour,
                asOf: moment - 1
            )
            #expect(before == [old])
            _ = try await store.seal(at: moment)
        }
        #expect(try await store.texts("SELECT readings FROM reading_block") == ["3"])
    }

    @Test func `a dial set anew moves sealed readings too`() async throws {
        let (store, old) = try await sealed()
        let setting = DialSetting(
            point: .first,
            at: old.at - 1,
            dial: .litres(600),
            offset: .litres(100),
            cause: .dialReading,
            drift: nil
        )
        #expect(try await store.record(setting, replacing: .zero, by: "T", reason: "seen", at: moment) == 1)
        #expect(try await store.readings(of: .first, in: old.at..<old.at + 1).map(\.index) == [.litres(600)])
    }

    @Test func `a crash while sealing leaves every reading once`() async throws {
        let store = try await filled(seed: 99)
        let count = try await store.readingCount()
        try await store.run(
            """
            CREATE TEMP TRIGGER fail BEFORE INSERT ON main.reading_block WHEN NEW.point_key = 2
            BEGIN SELECT RAISE(ABORT, 'injected'); END
            """
        )
        await #expect(throws: StoreError.self) { try await store.seal(at: moment) }
        #expect(try await store.readingCount() == count)
        #expect(try await store.verify() == [])
    }

    @Test(arguments: [
        ("UPDATE reading_block SET bytes = x'0102030405060708090a'", "sealed_block_damaged"),
        ("UPDATE reading_block SET readings = readings + 1", "sealed_block_contradicts_itself"),
        ("UPDATE reading_block SET month_jst = month_jst - 1", "sealed_block_contradicts_itself"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM capture", "sealed_reading_without_capture"),
        (
            """
            CREATE TABLE copy AS SELECT capture.key AS c FROM capture;
            INSERT INTO reading SELECT (first_utc + 32400) / 86400, 1, first_utc, 1, 5, 0, 0, c, 1793491200
                FROM reading_block, copy
            """,
            "reading_twice"
        ),
    ])
    func `damage to what is sealed is found by name`(damage: String, check: String) async throws {
        let (store, _) = try await sealed()
        for statement in damage.split(separator: ";") { try await store.run(String(statement)) }
        #expect(try await store.verify().map(\.check).contains(check))
    }
}
