import Acquisition
import Alerting
import Decoding
import Metering
import Storage
import Testing

@testable import Gateway

struct FittingTests {
    /// Hourly answers of both counters, the first in litres.
    private func polled(_ scene: GatewayScene, _ counts: [UInt32], from hour: Int64 = 0) async throws {
        for (number, count) in counts.enumerated() {
            let at = march(2, hours: hour + Int64(number))
            _ = try await scene.pipeline.take(try GatewayScene.answer(count, count * 2, at: at), at: at)
        }
    }

    private func fitting(_ scene: GatewayScene) -> Fitting {
        Fitting(pilot: GatewayScene.pilot, store: scene.store)
    }

    private func indexes(_ scene: GatewayScene, _ point: ServicePoint.ID = .wired) async throws -> [Int64] {
        try await scene.store.readings(of: point, in: march(1)..<march(9)).map(\.index.roundedLitres)
    }

    @Test func `a dial that was read tells the drift and changes nothing`() async throws {
        let scene = try await GatewayScene()
        try await polled(scene, [100, 110])
        let outcome = try await fitting(scene).readDial(
            at: .wired,
            march(2, hours: 1),
            dial: .litres(113),
            sets: false,
            by: "fitter",
            reason: "check",
            at: march(3)
        )
        #expect(outcome.drift == .litres(3) && outcome.index == .litres(110) && outcome.offset == nil)
        #expect(try await indexes(scene) == [100, 110])
    }

    @Test func `a dial that is set holds for what was read since, and for what comes`() async throws {
        let scene = try await GatewayScene()
        try await polled(scene, [100, 110, 120])
        let outcome = try await fitting(scene).readDial(
            at: .wired,
            march(2, hours: 1),
            dial: .litres(113),
            sets: true,
            by: "fitter",
            reason: "missed pulses",
            at: march(3)
        )
        #expect(outcome.offset == .litres(3) && outcome.moved == 2)
        try await polled(scene, [130], from: 3)
        #expect(try await indexes(scene) == [100, 113, 123, 133])
        #expect(
            try await indexes(scene, .beside) == [200, 220, 240, 260],
            "the other meter is another matter"
        )
    }

    @Test func `drift goes the shorter way round the dial`() async throws {
        let scene = try await GatewayScene()
        try await polled(scene, [9_999_998])
        let outcome = try await fitting(scene).readDial(
            at: .wired,
            march(2),
            dial: .litres(4),
            sets: false,
            by: "fitter",
            reason: "check",
            at: march(3)
        )
        #expect(outcome.drift == .litres(6))
    }

    @Test func `a swapped module goes on where each dial stood, and what it counted since is claimed`()
        async throws
    {
        let scene = try await GatewayScene()
        try await polled(scene, [100, 110])
        // The new module counts from zero; nobody has said so yet, so its indexes fall.
        try await polled(scene, [2, 12], from: 2)
        let (settings, claimed) = try await fitting(scene).swapModule(
            11,
            on: .line,
            at: march(2, hours: 2) - 600,
            serial: nil,
            by: "fitter",
            reason: "broken input",
            at: march(3)
        )
        #expect(settings.map(\.offset) == [.litres(110), .litres(220)])
        #expect(claimed == 0)
        try await polled(scene, [22], from: 4)
        #expect(try await indexes(scene) == [100, 110, 112, 122, 132])
        #expect(try await indexes(scene, .beside) == [200, 220, 224, 244, 264])
        try await scene.pipeline.think(about: [.wired], at: march(2, hours: 4))
        #expect(try await scene.store.incidents(currentOnly: true).isEmpty, "no fall is left")
    }

    @Test func `what cannot be is refused with its reason`() async throws {
        let scene = try await GatewayScene()
        func refusal(_ body: () async throws -> Void) async -> ActRefusal? {
            do { try await body() } catch { return error as? ActRefusal }
            return nil
        }
        let fitting = fitting(scene)
        let now = march(3)
        let set = await refusal {
            _ = try await fitting.readDial(
                at: .wired,
                march(2),
                dial: .litres(1),
                sets: true,
                by: "f",
                reason: "r",
                at: now
            )
        }
        #expect(set?.english.contains("nothing to set") == true)
        let beyond = await refusal {
            _ = try await fitting.readDial(
                at: .wired,
                march(2),
                dial: .cubicMetres(10_000),
                sets: false,
                by: "f",
                reason: "r",
                at: now
            )
        }
        #expect(beyond?.english.contains("expected a dial below") == true)
        let nobody = await refusal {
            _ = try await fitting.swapModule(
                12,
                on: .line,
                at: march(2),
                serial: nil,
                by: "f",
                reason: "r",
                at: now
            )
        }
        #expect(nobody?.english == "no meter hangs on unit 12 of line-a")
        let fed = await refusal {
            let exchange = MeterExchange(
                point: .fed,
                at: march(2),
                closing: .zero,
                opening: .zero,
                newMeter: Meter.ID("N")
            )
            _ = try await fitting.exchange(exchange, serial: "5", by: "f", at: now)
        }
        #expect(fed?.english.contains("is not on a line") == true)
    }
}

struct UnitIdentityTests {
    private func answer(_ count: UInt32, hours: Int64, serial: String?) throws -> UnitAnswer {
        let plain = try GatewayScene.answer(count, count, at: march(2, hours: hours))
        return UnitAnswer(
            path: plain.path,
            unit: plain.unit,
            exchanges: plain.exchanges,
            image: plain.image,
            serial: serial
        )
    }

    private func take(_ scene: GatewayScene, _ count: UInt32, hours: Int64, serial: String?) async throws {
        let at = march(2, hours: hours)
        _ = try await scene.pipeline.take(try answer(count, hours: hours, serial: serial), at: at)
        try await scene.pipeline.think(about: [.wired, .beside], at: at)
    }

    private func open(_ scene: GatewayScene) async throws -> [String] {
        try await scene.store.incidents(currentOnly: true).map {
            "\($0.subject) \($0.kind.rawValue) \($0.rule)"
        }.sorted()
    }

    @Test func `the first number is taken for the right one, and a unit without one is believed`()
        async throws
    {
        let scene = try await GatewayScene()
        try await take(scene, 100, hours: 0, serial: nil)
        #expect(try await scene.store.unitSerial(of: 11, on: .line) == nil)
        try await take(scene, 110, hours: 1, serial: "42")
        let serial = try #require(try await scene.store.unitSerial(of: 11, on: .line))
        #expect(serial.serial == "42" && !serial.isConfirmed)
        #expect(try await scene.store.readingCount() == 4)
    }

    @Test
    func
        `another number's readings are held, one incident a meter asks for the exchange, and it claims them`()
        async throws
    {
        let scene = try await GatewayScene()
        try await take(scene, 5_000, hours: 0, serial: "42")
        for hour in Int64(1)...3 { try await take(scene, UInt32(10 + hour), hours: hour, serial: "43") }
        #expect(try await scene.store.readingCount() == 2)
        #expect(
            try await open(scene) == [
                "S-00001 unannounced_exchange identity/1", "S-00002 unannounced_exchange identity/1",
            ]
        )
        let fitting = Fitting(pilot: GatewayScene.pilot, store: scene.store)
        let (settings, claimed) = try await fitting.swapModule(
            11,
            on: .line,
            at: march(2, hours: 1) - 1_800,
            serial: "43",
            by: "fitter",
            reason: "swapped",
            at: march(3)
        )
        #expect(settings.map(\.offset) == [.litres(5_000), .litres(5_000)])
        #expect(claimed == 6)
        try await take(scene, 14, hours: 4, serial: "43")
        let indexes = try await scene.store.readings(of: .wired, in: march(2)..<march(3)).map(
            \.index.roundedLitres
        )
        #expect(indexes == [5_000, 5_011, 5_012, 5_013, 5_014])
        #expect(try await open(scene) == [])
    }

    @Test func `the old number again is believed again`() async throws {
        let scene = try await GatewayScene()
        try await take(scene, 100, hours: 0, serial: "42")
        try await take(scene, 7, hours: 1, serial: "43")
        try await take(scene, 102, hours: 2, serial: "42")
        let indexes = try await scene.store.readings(of: .wired, in: march(2)..<march(3)).map(
            \.index.roundedLitres
        )
        #expect(indexes == [100, 102])
        #expect(try await scene.store.held(at: .wired)?.count == 1)
    }
}
