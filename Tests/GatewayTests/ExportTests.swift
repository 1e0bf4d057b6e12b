import Foundation
import Metering
import Reporting
import Seeds
import Storage
import Testing

@testable import Gateway

/// A store exported and imported into an empty one answers the same.
struct ExportTests {
    private static let span = march(-40)..<march(40)

    /// Two months of readings with gaps, corrections, late ones, estimates, half litres and a second way.
    private func fill(_ scene: GatewayScene, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var now = march(-38)
        for point in [ServicePoint.ID.wired, .beside, .fed] {
            var index: Int64 = 9_999_000_000
            let readings = (0..<900).compactMap { hour -> Reading? in
                index = (index + Int64.random(in: 0...40, using: &generator) * 500) % 10_000_000_000
                guard Int.random(in: 0...8, using: &generator) > 0 else { return nil }
                let at = march(-38, hours: Int64(hour), seconds: Int64.random(in: 0...60, using: &generator))
                let quality = ReadingQuality(rawValue: Int.random(in: 0...20, using: &generator)) ?? .measured
                return Reading(
                    point: point,
                    at: at,
                    index: .millilitres(index),
                    quality: quality,
                    status: [.leak]
                )
            }
            var waiting = readings
            if seed.isMultiple(of: 2) { waiting.shuffle(using: &generator) }
            while !waiting.isEmpty {
                let some = Array(waiting.prefix(Int.random(in: 1...150, using: &generator)))
                waiting.removeFirst(some.count)
                now = now + Int64.random(in: 1...40_000, using: &generator)
                try await keep(some, "\(point) \(waiting.count)", scene, at: now)
                guard let last = some.last else { continue }
                let other = Reading(point: point, at: last.at, index: last.index + .litres(1), revision: 2)
                now = now + 60
                try await keep([other], "\(point) \(waiting.count) again", scene, at: now)
                try await keep([last], "\(point) \(waiting.count) second", scene, at: now, by: .second)
            }
        }
        _ = try await scene.store.seal(at: march(40))
        try await scene.pipeline.think(at: march(20))
    }

    private func keep(
        _ readings: [Reading],
        _ key: String,
        _ scene: GatewayScene,
        at now: Instant,
        by route: Route = .first
    )
        async throws
    {
        let capture = Capture(
            path: .feed,
            source: "TN, \"3\"",
            key: key,
            times: CaptureTimes(asked: now, answered: now, own: readings.first?.at, delivered: now - 5),
            bytes: Array(key.utf8)
        )
        _ = try await scene.store.store(
            [
                Arrival(
                    capture: capture,
                    readings: route == .first ? readings : [],
                    second: route == .second ? readings : []
                )
            ],
            at: now
        )
    }

    private func export(_ store: MeterStore, _ request: ReadingsExport.Request = .init(isFull: true))
        async throws
        -> [UInt8]
    {
        var text = ""
        try await ReadingsExport(request, store: store).write { text += $0 }
        return Array(text.utf8)
    }

    private func taken(_ bytes: [UInt8], at now: Instant = march(41)) async throws -> GatewayScene {
        let scene = try await GatewayScene()
        let outcome = try await Importing(pilot: GatewayScene.pilot, store: scene.store)
            .readings(bytes, named: "export.csv", at: now)
        #expect(outcome.rejections == [])
        try await scene.pipeline.think(at: march(20))
        return scene
    }

    private struct Answers: Equatable {
        var readings: [[Reading]] = []
        var usage: [[DailyUsage]] = []
        var months: [String] = []
    }

    private func answers(_ scene: GatewayScene, asOf: Instant? = nil) async throws -> Answers {
        var answers = Answers()
        let days = LocalDay(containing: Self.span.lowerBound)..<LocalDay(containing: Self.span.upperBound)
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        for point in [ServicePoint.ID.wired, .beside, .fed] {
            for route in Route.allCases {
                answers.readings.append(
                    try await scene.store.readings(of: point, in: Self.span, by: route, asOf: asOf)
                )
            }
            answers.usage.append(try await scene.store.dailyUsage(of: point, in: days))
            answers.months.append("\(try await ledger.months(of: point, over: days))")
        }
        return answers
    }

    @Test(arguments: [UInt64](1...6))
    func `a full export answers every question as the store did, as of every instant`(seed: UInt64)
        async throws
    {
        let first = try await GatewayScene()
        try await fill(first, seed: seed)
        let bytes = try await export(first.store)
        let second = try await taken(bytes)
        for asOf in [nil, march(-30), march(-20), march(-5)] {
            #expect(try await answers(second, asOf: asOf) == answers(first, asOf: asOf), "seed \(seed)")
        }
        #expect(try await export(second.store) == bytes, "seed \(seed): exported again it is the same file")
        #expect(try await second.store.verify() == [])
        let reading = try #require(try await first.store.lastReading(of: .fed))
        let (before, after) = (
            try await first.store.capture(of: reading), try await second.store.capture(of: reading)
        )
        #expect(after?.key == before?.key && after?.times == before?.times && after?.source == before?.source)
    }

    @Test(arguments: [UInt64](1...4))
    func `a plain export gives the same usage, days and months`(seed: UInt64) async throws {
        let first = try await GatewayScene()
        try await fill(first, seed: seed)
        let second = try await taken(try await export(first.store, .init()))
        let (before, after) = (try await answers(first), try await answers(second))
        #expect(after.usage == before.usage && after.months == before.months, "seed \(seed)")
        func plain(_ readings: [Reading]?) -> [String]? {
            readings?.map { "\($0.point) \($0.at) \($0.index) \($0.quality)" }
        }
        #expect(plain(after.readings.first) == plain(before.readings.first))
        #expect(after.readings[1].isEmpty, "the second way is part of a full export alone")
    }

    @Test func `a full export is taken into an empty store only, and taken twice it changes nothing`()
        async throws
    {
        let first = try await GatewayScene()
        try await fill(first, seed: 3)
        let bytes = try await export(first.store)
        let second = try await taken(bytes)
        let count = try await second.store.readingCount()
        let again = try await Importing(pilot: GatewayScene.pilot, store: second.store)
            .readings(bytes, named: "export.csv", at: march(42))
        #expect(again.tally == ReadingTally(duplicates: count))
        let error = await #expect(throws: StoreError.self) {
            _ = try await Importing(pilot: GatewayScene.pilot, store: first.store)
                .readings(bytes, named: "export.csv", at: march(42))
        }
        #expect(error?.code == .conflicting)
        #expect(try await first.store.readingCount() == count)
        try await second.keep([Reading(point: .fed, at: march(39), index: .zero)], key: "new", at: march(40))
        await #expect(throws: StoreError.self) {
            _ = try await Importing(pilot: GatewayScene.pilot, store: second.store)
                .readings(bytes, named: "export.csv", at: march(42))
        }
    }

    @Test func `one point, a span and an instant choose rows`() async throws {
        let scene = try await GatewayScene()
        try await fill(scene, seed: 5)
        let request = ReadingsExport.Request(
            point: .beside,
            from: march(-20),
            to: march(-10),
            asOf: march(-25)
        )
        let text = String(decoding: try await export(scene.store, request), as: UTF8.self)
        let expected = try await scene.store.readings(
            of: .beside,
            in: march(-20)..<march(-10),
            asOf: march(-25)
        )
        let rows = text.split(separator: "\n").dropFirst()
        #expect(rows.count == expected.count)
        #expect(rows.allSatisfy { $0.hasPrefix("S-00002,") })
    }

    @Test(arguments: [UInt64](1...3))
    func `a file that was broken off again and again ends as an undisturbed one`(seed: UInt64) async throws {
        let scene = try await GatewayScene()
        try await fill(scene, seed: seed)
        let folder = FileManager.default.temporaryDirectory.path + "/mizumori-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let export = ReadingsExport(.init(isFull: true), store: scene.store)
        _ = try await export.write(toFile: folder + "/whole.csv")
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder + "/whole.csv"))
        // As a writer that was killed behind the first point leaves it: a mark, and half a row behind it.
        let name = folder + "/broken.csv"
        let mark = try await scene.store.exportMark()
        let text = String(decoding: whole, as: UTF8.self)
        let sure = try #require(text.range(of: "\nS-00002,")).lowerBound
        let bytes = text[..<sure].utf8.count + 1
        try (text.prefix(upTo: sure) + "\nS-0000").write(
            toFile: name + ".part",
            atomically: false,
            encoding: .utf8
        )
        try "readings/1 all - - - full up to \(mark)\nS-00001\n\(bytes)\n"
            .write(toFile: name + ".part.progress", atomically: false, encoding: .utf8)
        // What arrives meanwhile is no part of it.
        try await keep([Reading(point: .fed, at: march(30), index: .zero)], "meanwhile", scene, at: march(31))
        let rest = try await export.write(toFile: name)
        #expect(rest.points == 2)
        let isSame = try Data(contentsOf: URL(fileURLWithPath: name)) == whole
        #expect(isSame)
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["broken.csv", "whole.csv"]
        )
    }

    @Test func `events, hand readings, exchanges and weather come back as they were`() async throws {
        let first = try await GatewayScene()
        let exchange = MeterExchange(
            point: .wired,
            at: march(2, seconds: 17),
            closing: .millilitres(200_500),
            opening: .litres(3),
            newMeter: Meter.ID("M-4")
        )
        try await first.store.record(exchange, by: "sato", at: march(3))
        let events = [
            PointEvent(place: .point(.fed), kind: .open, at: march(1), by: "sato", reason: "a, \"b\""),
            PointEvent(
                place: .area("north"),
                kind: .plannedOutage,
                at: march(2),
                until: march(3),
                by: "sato",
                reason: "c"
            ),
            PointEvent(
                place: .point(.fed),
                kind: .handReading,
                at: march(2),
                index: .cubicMetres(7),
                by: "abe",
                reason: "d"
            ),
        ]
        try await first.store.record(events.map { EventRecord($0) }, at: march(3))
        let weather = WeatherImport(store: first.store)
        let hours = "timestamp,temp_c\n2026-03-01T01:00:00+09:00,-1.25\n2026-03-01T02:00:00+09:00,warm\n"
        let told = try await weather.take(
            Array(hours.utf8),
            named: "w.csv",
            station: WeatherStation.ID("柏崎"),
            at: march(3)
        )
        #expect(told.tally.stored == 1 && told.rejections.map(\.place) == ["w.csv:3"])
        let days = "date,tmin_c,tmax_c,station\n2026-03-01,-2,5,高田\n2026-03-03,-2,5,高田\n2026-03-01,-2,5,\n"
        let daily = try await weather.take(
            Array(days.utf8),
            named: "d.csv",
            station: nil,
            at: march(3, hours: 5)
        )
        #expect(daily.rejections.map(\.field) == ["date", "station"], "a day that goes on is not known")
        let second = try await GatewayScene()
        let from = TableExport(.init(), store: first.store)
        func text(_ table: TableExport.Table) async throws -> [UInt8] {
            Array(try await from.table(table).text().utf8)
        }
        let importing = Importing(pilot: GatewayScene.pilot, store: second.store)
        #expect(
            try await importing.exchanges(try await text(.exchanges), named: "e", by: "t", at: march(4)).new
                == 1
        )
        let book = EventBook(pilot: GatewayScene.pilot, store: second.store)
        #expect(try await book.importFile(try await text(.events), named: "e", at: march(4)).rejections == [])
        let hand = try await book.importFile(
            try await text(.handReadings),
            named: "h",
            isHandReadings: true,
            at: march(4)
        )
        #expect(hand.rejections == [])
        for table in [TableExport.Table.weather, .dailyWeather] {
            let taken = try await WeatherImport(store: second.store)
                .take(try await text(table), named: "w", station: nil, at: march(4))
            #expect(taken.tally.stored == 1 && taken.rejections == [])
        }
        let to = TableExport(.init(), store: second.store)
        for table in TableExport.Table.allCases {
            let (before, after) = (try await from.table(table), try await to.table(table))
            #expect(after == before && !after.rows.isEmpty, "\(table)")
        }
    }
}
