import Acquisition
import Decoding
import Metering
import Settings
import Storage
import Testing

@testable import Gateway

struct SecondWayTests {
    private static func file(_ first: String, _ second: String, other: String = "feed_meter: TN-2") -> String
    {
        """
        format: 1
        installations:
          - service_point: S-1
            calibre_mm: 13
            use_class: household
            meter: "0001"
            dial: {capacity_m3: 10000}
            \(first)
            second: {\(second)}
          - service_point: S-2
            calibre_mm: 13
            use_class: household
            meter: "0002"
            dial: {capacity_m3: 10000}
            \(other)
        """
    }

    private func read(_ text: String) -> (installations: [Installation], problems: [String]) {
        let file = SettingsFile(text, named: "pilot.yaml")
        let installations = PilotFile(
            file,
            models: [GatewayScene.module],
            brokenModels: [],
            lines: [.line],
            folders: [Path.ID("daily")]
        )
        .installations()
        return (installations, file.problems.map { $0.text(in: .english) })
    }

    private static let line = """
        line: line-a
            unit: 7
            model: pulses
            litres_per_count: 1
        """

    @Test func `a second way is the feed, a folder or another unit`() throws {
        for (second, source, litres) in [
            ("feed_meter: TN-1", Installation.Source.feed(Meter.ID("TN-1")), Int64(1)),
            ("feed_meter: TN-1, resolution_l: 100, meter: \"0001\"", .feed(Meter.ID("TN-1")), 100),
            ("files: daily", .files(Path.ID("daily")), 1),
        ] {
            let (installations, problems) = read(Self.file(Self.line, second))
            #expect(problems == [])
            let way = try #require(installations.first?.second)
            #expect(way == Installation.SecondWay(source: source, resolution: .litres(litres)))
        }
        let other = "line: line-a, unit: 8, model: pulses, litres_per_count: 10"
        let (installations, problems) = read(Self.file("feed_meter: TN-1", other))
        #expect(problems == [])
        #expect(installations.first?.second?.source.wiring?.unit == 8)
        #expect(installations.first?.second?.resolution == .litres(10), "a count is its step")
        #expect(installations.last?.second == nil)
    }

    @Test(arguments: [
        (
            line, "feed_meter: TN-2",
            "installations[1].feed_meter: expected the key once only, found 'TN-2' again"
        ),
        (
            line, "feed_meter: \"0002\"",
            "installations[0].second.feed_meter: expected the number of the meter of S-1"
        ),
        (
            line, "feed_meter: TN-1, meter: \"0003\"",
            "installations[0].second.meter: expected 0001, the same meter"
        ),
        (line, "files: weekly", "installations[0].second.files: expected one of daily"),
        (line, "resolution_l: 10", "installations[0].second: expected one of line, feed_meter and files"),
        (line, "feed_meter: TN-1, unit: 9", "installations[0].second.unit"),
        (line, "feed_meter: TN-1, resolution_l: 7", "installations[0].second.resolution_l: expected a part"),
        (
            line, "line: line-a, unit: 7, model: pulses, channel: 2, litres_per_count: 1",
            "installations[0].second.unit: expected another unit than 7"
        ),
        (
            line, "line: line-a, unit: 7, model: pulses, litres_per_count: 1",
            "installations[0].second.channel: expected the key once only"
        ),
        (
            "feed_meter: TN-1", "feed_meter: TN-3",
            "installations[0].second.feed_meter: expected another way than the first"
        ),
        (
            "feed_meter: TN-1", "line: line-b, unit: 7, model: pulses, litres_per_count: 1",
            "installations[0].second.line: expected one of line-a"
        ),
    ])
    func `what can't be a second way is told`(first: String, second: String, problem: String) {
        let (_, problems) = read(Self.file(first, second))
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test func `two points on one unit are told, whichever of their ways it is`() {
        let text = Self.file(
            "feed_meter: TN-1",
            "line: line-a, unit: 7, model: pulses, litres_per_count: 1",
            other: Self.line
        )
        let (_, problems) = read(text)
        #expect(problems.contains { $0.contains("installations[1].channel: expected the key once only") })
    }
}

/// What comes by whichever way, from the door to the store.
struct SecondWayTakingTests {
    private static func pilot(_ second: Installation.Source, first: Installation.Source) -> Pilot {
        Pilot(
            installations: [
                Installation(
                    point: ServicePoint(
                        id: .wired,
                        calibre: Calibre(millimetres: 20),
                        useClass: UseClass("household"),
                        area: ""
                    ),
                    meter: Meter(id: Meter.ID("M-1"), dial: GatewayScene.dial),
                    source: first,
                    second: Installation.SecondWay(source: second, resolution: .litres(1))
                )
            ],
            profiles: [GatewayScene.module]
        )
    }

    private static let unit = Installation.Source.line(TwoWayScene.wiring(unit: 11))
    private static let fed = Installation.Source.feed(Meter.ID("TN-3"))
    private static let all = march(0)..<march(9)

    private func indexes(_ store: MeterStore, _ route: Route) async throws -> [Volume] {
        try await store.readings(of: .wired, in: Self.all, by: route).map(\.index)
    }

    @Test(arguments: [true, false])
    func `a poll and a page each go to their own way, with their own captures`(isLineFirst: Bool) async throws
    {
        let scene = try await TwoWayScene(
            isLineFirst ? Self.pilot(Self.fed, first: Self.unit) : Self.pilot(Self.unit, first: Self.fed)
        )
        _ = try await scene.pipeline.take(try GatewayScene.answer(40, 0, at: march(2)), at: march(2))
        let page = GatewayScene.page([(march(2), 7_040)], delivered: march(3))
        try await scene.pipeline.take(page, at: march(3))
        let (line, feed): (Route, Route) = isLineFirst ? (.first, .second) : (.second, .first)
        #expect(try await indexes(scene.store, line) == [.litres(40)])
        #expect(try await indexes(scene.store, feed) == [.litres(7_040)])
        for (route, path) in [(line, Path.ID.line), (feed, .feed)] {
            let reading = try #require(try await scene.store.lastReading(of: .wired, by: route))
            #expect(try await scene.store.capture(of: reading, by: route)?.path == path)
        }
        #expect(scene.pilot.points(on: .line) == [.wired] && scene.pilot.feedPoints == [.wired])
        #expect(scene.pilot.polledUnits(on: .line, usualSeconds: 60).map(\.unit) == [11])
    }

    @Test func `a table of readings is the first way's, and knows no number of the second`() async throws {
        let scene = try await TwoWayScene(Self.pilot(Self.fed, first: Self.unit))
        let text = """
            meter_id,timestamp,index_l,status,received_at
            M-1,2026-03-02T01:00:00+09:00,40,OK,
            TN-3,2026-03-02T02:00:00+09:00,7041,OK,

            """
        let outcome = try await Importing(pilot: scene.pilot, store: scene.store)
            .readings(Array(text.utf8), named: "a.csv", at: march(3))
        #expect(outcome.tally.stored == 1 && outcome.rejections.map(\.found) == ["TN-3"])
        #expect(try await indexes(scene.store, .first) == [.litres(40)])
        #expect(try await indexes(scene.store, .second) == [])
    }

    @Test func `what the feed owes is asked of its own way`() async throws {
        let scene = try await TwoWayScene(Self.pilot(Self.fed, first: Self.unit))
        #expect(scene.pilot.installations.first?.feedWay?.route == .second)
        #expect(scene.pilot.secondFeedPoints == [.wired])
        let dropped = Self.pilot(.files(Path.ID("daily")), first: Self.unit).installations.first
        #expect(dropped?.route(ofFilesFrom: Path.ID("daily")) == .second)
        #expect(dropped?.route(ofFilesFrom: Path.ID("other")) == .first)
        let byFeed = scene.pilot.installations.first
        #expect(byFeed?.route(ofFilesFrom: Path.ID("daily")) == .second, "files stand in for the feed")
    }
}
