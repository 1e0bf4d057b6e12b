import Acquisition
import Alerting
import Decoding
import Metering
import Reporting
import Storage
import Testing

@testable import Gateway

/// Clocks on their way from the wire and the feed to a person.
struct PointClockTests {
    private static let model = MeterProfile(
        id: MeterProfile.ID("clocked"),
        title: "clocked",
        sources: ["made up"],
        fields: [
            "total": RegisterField(name: "total", function: .inputRegisters, address: 0, type: .uint32),
            "clock": RegisterField(name: "clock", function: .inputRegisters, address: 2, type: .uint32),
        ],
        channels: [
            1: MeterChannel(index: VolumeExpression(terms: [VolumeExpression.Term("total")], unit: .site))
        ],
        clock: MeterClock(field: "clock", form: .unix, isPolledWithIndex: true)
    )

    private static let pilot = Pilot(
        installations: GatewayScene.pilot.installations.prefix(1).map {
            Installation(
                point: $0.point,
                meter: $0.meter,
                source: .line(
                    Installation.Wiring(
                        path: .line,
                        unit: 11,
                        channel: 1,
                        model: model.id,
                        site: SiteConversion(
                            dial: GatewayScene.dial,
                            litresPerCount: ExactDecimal(coefficient: 1)
                        )
                    )
                )
            )
        },
        profiles: [model]
    )

    /// What the unit answers at an instant, with a clock so many seconds off; nil when only the total was read.
    private static func answer(at: Instant, off: Int64?) throws -> UnitAnswer {
        let words: [UInt32] = [7] + (off.map { [UInt32(at.secondsSince1970 + $0)] } ?? [])
        let request = ReadRequest(function: .inputRegisters, address: 0, count: UInt16(words.count * 2))
        let data = words.flatMap { word in
            (0..<4).reversed().map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        var image = RegisterImage()
        // An older clock is still in the image.
        image.set(.inputRegisters, 2, to: 0)
        image.set(.inputRegisters, 3, to: 1)
        try image.record(request, data: data)
        let exchange = Exchange(
            read: request,
            asked: Moment(at - 1),
            answered: Moment(at),
            request: Frame.rtuRequest(request, unit: 11),
            reply: data,
            data: data
        )
        return UnitAnswer(path: .line, unit: 11, exchanges: [exchange], image: image)
    }

    @Test func `a unit's own clock is kept with the answer that shows it, and dates nothing`() async throws {
        let shown = UnitReadings(try Self.answer(at: march(1), off: 500), pilot: Self.pilot)
        #expect(shown.arrivals.map(\.capture.times.own) == [march(1) + 500])
        #expect(shown.readings.map(\.at) == [march(1)])
        let hidden = UnitReadings(try Self.answer(at: march(1), off: nil), pilot: Self.pilot)
        #expect(hidden.arrivals.map(\.capture.times.own) == [nil])
    }

    @Test(arguments: [(120, []), (121, [121]), (-900, [-899])] as [(Int64, [Int64])])
    func `a polled clock is off by what question and answer don't explain`(off: Int64, seconds: [Int64])
        async throws
    {
        let store = try await MeterStore.inMemory()
        _ = try await store.register(Self.pilot.registered)
        for hour in 0...30 as ClosedRange<Int64> {
            let answer = try Self.answer(at: march(1, hours: hour), off: off)
            let arrivals = UnitReadings(answer, pilot: Self.pilot).arrivals
            _ = try await store.store(arrivals, at: march(1, hours: hour))
        }
        let drifts = try await PointClock(store).drifts(
            of: Self.pilot.installations[0],
            [],
            in: march(1)..<march(3),
            Self.pilot
        )
        #expect(drifts.map(\.seconds) == seconds)
        #expect(drifts.allSatisfy { $0.from == march(1) && $0.to == march(2, hours: 6) && !$0.isOver })
    }

    /// The feed's values of ten days, the last of which leapt.
    private func leapt(from hour: Int64, through last: Int64) async throws -> GatewayScene {
        let scene = try await GatewayScene()
        let readings = (0...last).map { hours in
            Reading(
                point: .fed,
                at: march(1, hours: hours, seconds: hours < hour ? 0 : 240),
                index: .litres(1_000 + hours * 7)
            )
        }
        try await scene.keep(readings, key: "all", at: march(1, hours: last + 1))
        return scene
    }

    @Test func `a clock of the feed that has been off for a day is one incident for maintenance`()
        async throws
    {
        let scene = try await leapt(from: 200, through: 223)
        try await scene.pipeline.think(at: march(1, hours: 224))
        #expect(try await scene.store.incidents().filter { $0.kind == .clockDrift }.isEmpty)
        let later = try await leapt(from: 200, through: 224)
        try await later.pipeline.think(at: march(1, hours: 225))
        let incidents = try await later.store.incidents().filter { $0.kind == .clockDrift }
        #expect(incidents.map(\.severity) == [.maintenance])
        #expect(incidents.first?.startedAt == march(1, hours: 200, seconds: 240))
    }

    @Test func `it is a note of the report, and no litre is lost for it`() async throws {
        let scene = try await leapt(from: 200, through: 224)
        let ledger = Ledger(store: scene.store, pilot: GatewayScene.pilot)
        let days = LocalDay(containing: march(1))..<LocalDay(containing: march(10)).advanced(by: 1)
        let notes = try await ledger.validationReport(over: days).rows.filter { $0.rule == "clock-drift/1" }
        #expect(notes.map(\.seconds) == [240])
        #expect(notes.first?.span.lowerBound == march(1, hours: 200, seconds: 240))
        let account = try #require(try await ledger.account(of: .fed, around: days))
        #expect(account.series.steps.reduce(Volume.zero) { $0 + $1.volume } == .litres(224 * 7))
    }
}
