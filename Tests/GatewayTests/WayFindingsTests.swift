import Alerting
import Metering
import Reporting
import Storage
import Testing

@testable import Gateway

struct WayFindingsTests {
    private func scene(_ first: [[Reading]], _ second: [[Reading]], at now: Instant) async throws
        -> TwoWayScene
    {
        let scene = try await TwoWayScene()
        try await scene.keep(Array(first.joined()), second: Array(second.joined()), key: "all", at: now)
        try await scene.pipeline.think(at: now)
        return scene
    }

    private func homes() -> [TwoWayWater] {
        TwoWayScene.points.enumerated().map { place, point in
            TwoWayWater(seed: UInt64(90 + place), days: 12, from: march(1), at: point)
        }
    }

    @Test func `a register that jumps beside the other is told to the people of upkeep, and blocks nothing`()
        async throws
    {
        let home = homes()[0]
        let jumped = home.second(0..<150) + home.second(150..<289, offset: 600)
        let scene = try await scene([home.first()], [jumped], at: march(13))
        #expect(try await scene.kinds() == [.waysDisagree])
        let incident = try #require(try await scene.store.incidents().first)
        #expect(incident.severity == .maintenance)
        let volume = try #require(incident.volume)
        #expect((.litres(595)...(.litres(605))).contains(volume) && incident.partner == nil)
        #expect(try await scene.account()?.series.steps.allSatisfy { $0.kind == .normal } == true)
    }

    @Test func `a counter that begins anew beside the other is told too`() async throws {
        let home = homes()[0]
        let begun = home.second(0..<150) + home.second(150..<289, offset: -400_000)
        let scene = try await scene([home.first()], [begun], at: march(13))
        #expect(try await scene.kinds() == [.waysDisagree])
    }

    @Test func `two that lose pulses by the hundred part, one in a thousand does not`() async throws {
        let home = homes()[0]
        for (lost, kinds) in [(Int64(20), [Finding.Kind.waysDisagree]), (1_000, [])] {
            let slow = home.second().map {
                let used = $0.index - .litres(500_000)
                return Reading(
                    point: $0.point,
                    at: $0.at,
                    index: $0.index - .litres(used.millilitres / 1_000 / lost)
                )
            }
            let scene = try await scene([home.first()], [slow], at: march(13))
            #expect(try await scene.kinds() == kinds, "one of \(lost)")
        }
    }

    @Test func `two that are crossed are named to each other, and the third is left alone`() async throws {
        let homes = homes()
        func second(of place: Int, at point: ServicePoint.ID) -> [Reading] {
            homes[place].second(offset: 3_000).map { Reading(point: point, at: $0.at, index: $0.index) }
        }
        let scene = try await scene(
            homes.map { $0.first() },
            [second(of: 1, at: .wired), second(of: 0, at: .beside), second(of: 2, at: .fed)],
            at: march(13)
        )
        #expect(try await scene.kinds(of: .wired) == [.crossedMeters])
        #expect(try await scene.kinds(of: .beside) == [.crossedMeters])
        #expect(try await scene.kinds(of: .fed) == [])
        let partners = try await scene.store.incidents().map(\.partner)
        #expect(partners == [.beside, .wired])
        let mails = try await scene.store.dueMail(at: march(13, hours: 1))
        #expect(mails.map(\.intent.recipients) == [["upkeep@example.jp"], ["upkeep@example.jp"]])
        #expect(mails.map(\.intent.facts.partner) == ["S-00002", "S-00001"])
        // The next round finds the partner by its incident, since it is judged alone.
        let later = homes[0].first().last.map {
            Reading(point: $0.point, at: $0.at + 3_600, index: $0.index)
        }
        try await scene.keep([try #require(later)], key: "later", at: march(13, hours: 2))
        try await scene.pipeline.think(at: march(13, hours: 2))
        #expect(try await scene.kinds(of: .wired) == [.crossedMeters])
        #expect(try await scene.store.incidents().count == 2)
    }

    @Test func `a constant and a clock that is off are no finding`() async throws {
        let home = homes()[0]
        let scene = try await scene([home.first()], [home.second(offset: 9_000, skew: 420)], at: march(13))
        #expect(try await scene.kinds() == [])
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(13))
        let report = try await Ledger(store: scene.store, pilot: scene.pilot).waysReport(over: days)
        let row = try #require(report.rows.first)
        #expect(row.verdict == "skewed" && row.offset == .litres(9_000))
        #expect((410...430).contains(row.skewSeconds))
    }

    @Test func `both silent is no data, and not one way's silence`() async throws {
        let home = homes()[0]
        let scene = try await scene([home.first(0..<100)], [home.second(0..<100)], at: march(13))
        #expect(try await scene.kinds() == [.noData])
    }

    @Test func `a second way that never brought anything is told when it should have`() async throws {
        let home = homes()[0]
        let early = try await scene([home.first(0..<60)], [], at: march(3, hours: 12))
        #expect(try await early.kinds() == [])
        let late = try await scene([home.first()], [], at: march(13))
        #expect(try await late.kinds() == [.waySilent])
    }

    @Test func `a second way that is silent is told, and the point has its data`() async throws {
        let home = homes()[0]
        let scene = try await scene([home.first()], [home.second(0..<100)], at: march(13))
        #expect(try await scene.kinds() == [.waySilent])
    }
}
