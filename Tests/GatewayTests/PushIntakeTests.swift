import Acquisition
import Decoding
import Detection
import Logging
import Metering
import Storage
import Testing

@testable import Gateway

/// What is pushed, on the way that what is pulled takes.
struct PushIntakeTests {
    private static let layout = FeedLayout(
        id: FeedLayout.ID("daily"),
        form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
        columns: [.meter: "番号", .stamp: "日時", .index: "値"]
    )

    private static func station(hasChecksum: Bool = false) async throws -> Station {
        let layout =
            hasChecksum ? FeedLayout(id: layout.id, form: .feedPage, hasChecksum: true) : Self.layout
        let settings = GatewaySettings(
            station: "test",
            console: GatewaySettings.ConsoleAddress(host: "127.0.0.1", port: 0),
            lines: [],
            pollSeconds: 3_600,
            feed: FeedSettings(
                id: .feed,
                baseURL: "http://h",
                requestTimeout: .seconds(1),
                bodyLimit: 1_000,
                authorisation: .none
            ),
            feedDelayHours: 30,
            folders: [FolderSettings(id: Path.ID("daily"), folder: "/nowhere", layout: layout)],
            mail: nil
        )
        return try await Station(
            configuration: Configuration(
                settings: settings,
                rules: .shipped,
                templates: nil,
                pilot: GatewayScene.pilot,
                unverified: []
            ),
            store: try await MeterStore.inMemory(),
            now: march(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private static let page = GatewayScene.page([(march(1, hours: 1), 7)], delivered: march(2)).body
    private static let file = Array("番号,日時,値\nTN-3,2026/3/1 2:00,9\n".utf8)

    @Test func `a page and a file that come ten times are kept once`() async throws {
        let station = try await Self.station()
        let intake = PushIntake(station)
        for time in 0..<10 as Range<Int64> {
            let now = march(2, seconds: time)
            #expect(try await intake.take(Self.page, from: .feed, named: nil, at: now) == .taken)
            let outcome = try await intake.take(Self.file, from: Path.ID("daily"), named: "W.csv", at: now)
            #expect(outcome == .taken)
        }
        let readings = try await station.store.readings(of: .fed, in: march(1)..<march(2))
        #expect(readings.map(\.index) == [.litres(7), .litres(9)])
        #expect(try await station.store.captureCount() == 2)
        #expect(try await station.store.unjudgedPoints(stage: Pipeline.stage).isEmpty)
        #expect(try await station.store.watermark(of: .feed) == nil, "pulls begin where they would have")
        #expect(try await station.store.verify().isEmpty)
    }

    @Test func `an alarm that is pushed stands`() async throws {
        let station = try await Self.station()
        let alarm =
            #"{"schema":"kyodo-kenshin/1.0","records":[{"meter_id":"TN-3","code":"LEAK_2","state":"START","#
            + #""at":"\#(march(1))","alarms_raw":"B@@@@","delivered_at":"\#(march(1, seconds: 9))"}]}"#
        let path = Path.ID("feed/alarms")
        let outcome = try await PushIntake(station).take(
            Array(alarm.utf8),
            from: path,
            named: nil,
            at: march(2)
        )
        #expect(outcome == .taken)
        #expect(try await station.store.raisedAlarms().map(\.point) == [.fed])
    }

    @Test func `what is no page, no file of the layout, or of no known path is told`() async throws {
        let intake = PushIntake(try await Self.station())
        let nowhere = try await intake.take(Self.page, from: Path.ID("line-a"), named: nil, at: march(2))
        #expect(nowhere == .unknownPath)
        for (body, path) in [(Array("<html>".utf8), Path.ID.feed), (Array("x".utf8), Path.ID("daily"))] {
            let outcome = try await intake.take(body, from: path, named: "W.csv", at: march(2))
            guard case .refused = outcome else {
                Issue.record("\(path): \(outcome)")
                continue
            }
        }
        let checked = PushIntake(try await Self.station(hasChecksum: true))
        let outcome = try await checked.take(Self.file, from: Path.ID("daily"), named: "W.csv", at: march(2))
        guard case .refused(let reason) = outcome else { return #expect(Bool(false), "taken") }
        #expect(reason.contains("checksum"))
    }
}
