import Acquisition
import Decoding
import Metering
import Testing

@testable import Gateway

struct LinePlanTests {
    private let serial = LineSettings(
        id: .line,
        transport: .serial(SerialSettings(device: "/dev/ttyS0", baud: 9_600)),
        responseTimeout: .milliseconds(1_000)
    )

    private func plan(_ line: LineSettings, seconds: Int) -> LinePlan {
        LinePlan(line, units: GatewayScene.pilot.polledUnits(on: line.id, usualSeconds: seconds))
    }

    @Test func `a request is timed by its characters, its silences and the unit's thinking`() throws {
        let plan = plan(serial, seconds: 3_600)
        let row = try #require(plan.units.first?.requests.first)
        #expect(plan.units.map(\.requests.count) == [1])
        #expect(row.planned.request.count == 4)
        // 8 + 5 + 8 characters of 1.0416 ms, twice 3.5 of silence, 10 ms of thinking: 39.2 ms
        #expect(row.microseconds == 39_166)
        #expect(plan.usualMilliseconds == 39)
        // One unit that answers at the last moment: 39 ms, 1,000 ms and 20 ms
        #expect(plan.worstMilliseconds == 1_059)
        #expect(plan.fits)
        #expect(plan.utilisationPermille == 0)
    }

    @Test func `a line whose longest round is longer than the interval does not fit`() {
        #expect(!plan(serial, seconds: 1).fits)
        #expect(plan(serial, seconds: 2).fits)
        #expect(plan(serial, seconds: 1).utilisationPermille == 39)
    }

    @Test func `a line without meters costs nothing`() {
        let empty = LineSettings(id: Path.ID("line-z"), transport: .tcp(host: "127.0.0.1", port: 502))
        let plan = plan(empty, seconds: 60)
        #expect(plan.units.isEmpty && plan.worstMilliseconds == 0 && plan.fits)
    }

    @Test(arguments: [(3_600, 24, true), (1_800, 48, false), (7_200, 12, true)])
    func `a battery meter is woken no more often than its model allows`(
        seconds: Int,
        wakeups: Int64,
        fits: Bool
    ) throws {
        var polling = PollLimits()
        polling.mostWakeupsPerDay = 24
        polling.statusSeconds = 0
        let model = MeterProfile(
            id: MeterProfile.ID("battery"),
            title: "battery",
            sources: [],
            polling: polling,
            fields: [
                "total": RegisterField(name: "total", function: .inputRegisters, address: 0, type: .uint32)
            ],
            channels: [
                1: MeterChannel(
                    index: VolumeExpression(terms: [VolumeExpression.Term("total")], unit: .litres(.one))
                )
            ]
        )
        let unit = PolledUnit(unit: 1, model: model, channels: [1], interval: .seconds(seconds))
        let plan = LinePlan(serial, units: [unit])
        #expect(plan.units.map(\.wakeupsPerDay) == [wakeups])
        #expect(plan.fits == fits)
    }
}
