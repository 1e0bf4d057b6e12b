import Detection
import Logging
import Metering
import Normalisation
import Storage
import Testing

@testable import Gateway

/// A change of `validation.yaml` under a running station, and over a restart.
struct StationTermsTests {
    private static func configuration(jitterLitres: Int64) -> Configuration {
        var terms = SeriesTerms()
        terms.index.jitterLitres = jitterLitres
        let pilot = GatewayScene.pilot
        return Configuration(
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
            pilot: Pilot(
                installations: pilot.installations,
                profiles: Array(pilot.profiles.values),
                terms: terms
            ),
            unverified: []
        )
    }

    private func station(jitterLitres: Int64, _ store: MeterStore, at now: Instant) async throws -> Station {
        try await Station(
            configuration: Self.configuration(jitterLitres: jitterLitres),
            store: store,
            now: now,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// A hundred days ago the index fell by 190 L, of which the shipped terms make an unexplained day.
    private func fallen() async throws -> GatewayScene {
        let scene = try await GatewayScene()
        let readings = (0...200 as ClosedRange<Int64>).map { hour in
            let index = 5_000 + hour * 50 - (hour < 60 ? 0 : 240)
            return Reading(point: .fed, at: march(1, hours: hour), index: .litres(index))
        }
        try await scene.keep(readings, key: "all", at: march(100))
        return scene
    }

    private func unexplained(_ store: MeterStore) async throws -> [LocalDay] {
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(20))
        return try await store.dailyUsage(of: .fed, in: days).filter(\.isUnexplained).map(\.day)
    }

    @Test func `other terms derive all usage anew, at the next judgement or the next start`() async throws {
        let store = try await fallen().store
        let now = march(101)
        let station = try await station(jitterLitres: 10, store, at: now)
        let before = try await unexplained(store)
        #expect(before == [LocalDay(containing: march(3))])
        try await station.reload(Self.configuration(jitterLitres: 500), at: now)
        #expect(try await unexplained(store) == before, "nothing is judged by the reload itself")
        try await station.pipeline.think(at: now)
        #expect(try await unexplained(store).isEmpty)
        #expect(try await Rebuild(store: store, pilot: station.configuration.pilot).run(at: now).isEmpty)
        _ = try await self.station(jitterLitres: 10, store, at: now)
        #expect(try await unexplained(store) == before)
        #expect(try await store.auditLog().count { $0.action == "rejudge" } == 2)
    }

    @Test func `the same terms judge nothing anew`() async throws {
        let store = try await fallen().store
        _ = try await station(jitterLitres: 10, store, at: march(101))
        _ = try await station(jitterLitres: 10, store, at: march(102))
        #expect(try await store.auditLog().isEmpty)
        #expect(try await store.unjudgedPoints(stage: Pipeline.stage).isEmpty)
    }
}
