import Decoding
import Metering
import Settings
import Storage
import Testing

@testable import Gateway

struct RegisterChangeTests {
    private func set(_ scene: GatewayScene, _ key: String, _ value: String, at: Instant = march(3))
        async throws
        -> Bool
    {
        try await RegisterChange(store: scene.store)
            .set(key, to: value, at: .wired, by: "sato", reason: "survey", now: at)
    }

    @Test(
        arguments: [
            ("calibre_mm", "25", "25"), ("use_class", "school", "school"), ("area", "south", "south"),
            ("vacant", "true", "true"), ("dial", "100000", "100000 m3, 1 L"),
            ("dial", "100000,10", "100000 m3, 10 L"),
            ("verified_until", "2031-03", "2031-03"), ("billable", "false", "false"),
        ]
    )
    func `every key is set once, audited, and said by the register`(key: String, value: String, text: String)
        async throws
    {
        let scene = try await GatewayScene()
        #expect(try await set(scene, key, value))
        #expect(try await set(scene, key, value) == false)
        let known = try #require(try await scene.store.registeredPoint(.wired))
        let changed = try #require(RegisterKey(rawValue: key))
        #expect(changed.text(of: known) == text)
        #expect(try await scene.store.auditLog().map(\.person) == ["sato"])
        let others = RegisterKey.allCases.filter { $0 != changed }
        let before = GatewayScene.pilot.registered[0]
        #expect(others.allSatisfy { $0.text(of: known) == $0.text(of: before) })
    }

    @Test(
        arguments: [
            ("calibre_mm", "9"), ("calibre_mm", "wide"), ("use_class", ""), ("vacant", "yes"), ("dial", "0"),
            ("dial", "10,"), ("dial", "10,7"), ("dial", "1,2,3"), ("dial", "1,1001"),
            ("verified_until", "2031"),
            ("meter", "M-9"), ("colour", "blue"),
        ]
    )
    func `what is no key or no value is refused`(key: String, value: String) async throws {
        let scene = try await GatewayScene()
        await #expect(throws: ActRefusal.self) { _ = try await set(scene, key, value) }
        #expect(try await scene.store.auditLog() == [])
    }

    @Test func `an unknown point is refused`() async throws {
        let scene = try await GatewayScene()
        await #expect(throws: ActRefusal.self) {
            _ = try await RegisterChange(store: scene.store)
                .set("area", to: "x", at: ServicePoint.ID("S-9"), by: "sato", reason: "x", now: march(3))
        }
    }

    @Test func `the next judgement and the next total go by what the register says`() async throws {
        let scene = try await GatewayScene()
        // 4,000 L in an hour: more than a pipe of 13 mm carries (3,387 L), less than one of 20 mm (5,419 L).
        let values = (0..<5 as Range<Int64>).map { (march(1, hours: $0), $0 * 4_000) }
        try await scene.pipeline.take(GatewayScene.page(values, delivered: march(2)), at: march(2))
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(2))
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        func unexplained() async throws -> Int? {
            try await ledger.account(of: .fed, around: days)?.series.steps.count { $0.kind == .unexplained }
        }
        #expect(try await unexplained() == 0)
        _ = try await RegisterChange(store: scene.store)
            .set("calibre_mm", to: "13", at: .fed, by: "sato", reason: "survey", now: march(2))
        #expect(try await unexplained() != 0)
        try await scene.pipeline.think(at: march(2))
        let judged = try await scene.store.dailyUsage(of: .fed, in: days)
        #expect(judged.filter(\.isUnexplained).count == 1)
    }
}

struct PilotTextTests {
    private static let order = ByteOrder("1-0-3-2")

    private static let module = MeterProfile(
        id: MeterProfile.ID("pulses"),
        title: "pulses",
        sources: ["made up"],
        link: LinkManners(),
        limits: ReadLimits(),
        fields: [
            "first": RegisterField(
                name: "first",
                function: .inputRegisters,
                address: 0,
                type: .uint32,
                order: .site
            )
        ],
        channels: [
            1: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("first")], unit: .site)),
            2: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("first")], unit: .site)),
        ]
    )

    private static func installation(_ id: String, _ meter: Meter, _ source: Installation.Source)
        -> Installation
    {
        Installation(
            point: ServicePoint(
                id: ServicePoint.ID(id),
                calibre: Calibre(millimetres: 20),
                useClass: UseClass("家庭用"),
                area: id.hasSuffix("1") ? "" : "no: \"north\" \\ \t#",
                isVacant: id.hasSuffix("2")
            ),
            meter: meter,
            source: source
        )
    }

    private static let dial = Dial(capacity: .cubicMetres(10_000), resolution: .litres(10))

    private static func wired(
        _ channel: Int,
        _ litres: String,
        serial: String?,
        unit: UInt8 = 11
    ) -> Installation.Source {
        .line(
            Installation.Wiring(
                path: .line,
                unit: unit,
                channel: channel,
                model: module.id,
                site: SiteConversion(
                    dial: dial,
                    litresPerCount: ExactDecimal(litres),
                    dialOffset: .litres(Int64(channel) - 1),
                    byteOrder: order
                ),
                pollSeconds: serial == nil ? nil : 60,
                serial: serial
            )
        )
    }

    @Test func `what is exported and read back is the same register`() throws {
        let installations = [
            PilotTextTests.installation(
                "S-1",
                Meter(id: Meter.ID("00417"), dial: PilotTextTests.dial, isBillable: false),
                PilotTextTests.wired(1, "2.5", serial: "0007")
            ),
            PilotTextTests.installation(
                "S-2",
                Meter(id: Meter.ID("no"), dial: PilotTextTests.dial, verifiedUntil: LocalMonth("2031-03")),
                PilotTextTests.wired(2, "1000", serial: "0007")
            ),
            PilotTextTests.installation(
                "S-3",
                Meter(id: Meter.ID("1e3"), dial: PilotTextTests.dial),
                .feed(Meter.ID("TN: 3"))
            ),
        ]
        let twoWays = [
            Installation(
                point: installations[0].point,
                meter: installations[0].meter,
                source: installations[0].source,
                second: Installation.SecondWay(source: .feed(Meter.ID("01: no")), resolution: .litres(10))
            ),
            Installation(
                point: installations[1].point,
                meter: installations[1].meter,
                source: installations[1].source,
                second: Installation.SecondWay(source: .files(Path.ID("dropped")), resolution: .litres(1))
            ),
            Installation(
                point: installations[2].point,
                meter: installations[2].meter,
                source: installations[2].source,
                second: Installation.SecondWay(
                    source: PilotTextTests.wired(1, "2.5", serial: nil, unit: 9),
                    resolution: .litres(10)
                )
            ),
        ]
        try expectSame(installations)
        try expectSame(twoWays)
    }

    private func expectSame(_ installations: [Installation]) throws {
        let file = SettingsFile(PilotText.text(installations), named: "pilot.yaml")
        let read = PilotFile(
            file,
            models: [PilotTextTests.module],
            brokenModels: [],
            lines: [.line],
            folders: [Path.ID("dropped")]
        )
        .installations()
        #expect(file.problems == [])
        #expect(read == installations)
    }

    @Test func `a register of nothing is a file too`() {
        let file = SettingsFile(PilotText.text([]), named: "pilot.yaml")
        #expect(PilotFile(file, models: [], brokenModels: [], lines: []).installations() == [])
        #expect(file.problems == [])
    }

    @Test func `what the register says is adopted, the dial by the conversion too`() async throws {
        let scene = try await GatewayScene()
        _ = try await RegisterChange(store: scene.store)
            .set("dial", to: "100,10", at: .wired, by: "sato", reason: "survey", now: march(2))
        let exchange = MeterExchange(
            point: .fed,
            at: march(1),
            closing: .zero,
            opening: .zero,
            newMeter: Meter.ID("TN-4")
        )
        try await scene.store.record(exchange, by: "sato", at: march(2))
        let adopted = GatewayScene.pilot.adopting(try await scene.store.registeredPoints())
        let wired = try #require(adopted.installation(at: .wired))
        #expect(wired.meter.dial.capacity == .cubicMetres(100))
        #expect(wired.wiring?.site.dial == wired.meter.dial && wired.wiring?.channel == 1)
        #expect(adopted.installation(at: .fed)?.meter.id == Meter.ID("TN-4"))
        #expect(adopted.installation(at: .fed)?.source == .feed(Meter.ID("TN-3")))
        #expect(adopted.installation(at: .beside) == GatewayScene.pilot.installation(at: .beside))
        #expect(try await scene.store.register(adopted.registered) == [])
    }
}
