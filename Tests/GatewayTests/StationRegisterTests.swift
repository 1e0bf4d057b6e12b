import Decoding
import Detection
import Logging
import Metering
import Storage
import Testing

@testable import Gateway

struct StationRegisterTests {
    private func configuration(_ installations: [Installation]) -> Configuration {
        Configuration(
            settings: GatewaySettings(
                station: "test",
                console: GatewaySettings.ConsoleAddress(host: "127.0.0.1", port: 0),
                lines: [],
                pollSeconds: 3_600,
                feed: nil,
                feedDelayHours: 30,
                mail: nil
            ),
            rules: .shipped,
            templates: nil,
            pilot: Pilot(installations: installations, profiles: [GatewayScene.module]),
            unverified: []
        )
    }

    private func station(_ store: MeterStore, _ installations: [Installation]) async throws -> Station {
        try await Station(
            configuration: configuration(installations),
            store: store,
            now: march(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func `what the register says changes the pilot and nothing else of the configuration`() {
        let all = configuration(GatewayScene.pilot.installations)
        let layout = FeedLayout(
            id: FeedLayout.ID("daily"),
            form: .delimited(.utf8, delimiter: .comma, headerRow: 1),
            columns: [.meter: "番号", .index: "指針"]
        )
        let withLayout = Configuration(
            settings: all.settings,
            rules: all.rules,
            templates: nil,
            pilot: all.pilot,
            layouts: [layout],
            unverified: []
        )
        #expect(withLayout.adopting([]).layouts == [layout])
    }

    @Test func `a start and a reload add what is new and keep what people recorded`() async throws {
        let all = GatewayScene.pilot.installations
        let store = try await MeterStore.inMemory()
        let first = try await station(store, Array(all.prefix(1)))
        #expect(first.configuration.pilot.installations == Array(all.prefix(1)))
        _ = try await RegisterChange(store: store)
            .set("calibre_mm", to: "40", at: .wired, by: "sato", reason: "survey", now: march(2))
        for station in [first, try await station(store, Array(all.prefix(1)))] {
            try await station.reload(configuration(all), at: march(1))
            let pilot = station.configuration.pilot
            #expect(pilot.installation(at: .wired)?.point.calibre.millimetres == 40)
            #expect(pilot.installation(at: .wired)?.source == all[0].source)
            #expect(pilot.installation(at: .fed) == all[2])
        }
        #expect(try await store.registeredPoints().count == 3)
    }
}
