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

    @Test func `a request is timed by its characters and silences`() throws {
        let plan = LinePlan(serial, pilot: GatewayScene.pilot, pollSeconds: 3_600)
        let row = try #require(plan.requests.first)
        #expect(plan.requests.count == 1)
        #expect(row.planned.request.count == 4)
        // 8 + 5 + 8 characters of 1.0416 ms, 3.5 more of silence, 20 ms until the next request: 45.5 ms, begun
        #expect(row.milliseconds == 46)
        #expect(plan.usualMilliseconds == 46)
        // Nobody answers: one unit, two tries of 1,000 ms and 20 ms
        #expect(plan.worstMilliseconds == 2_040)
        #expect(plan.fits)
    }

    @Test func `a line whose worst round is longer than the interval does not fit`() {
        #expect(!LinePlan(serial, pilot: GatewayScene.pilot, pollSeconds: 2).fits)
        #expect(LinePlan(serial, pilot: GatewayScene.pilot, pollSeconds: 3).fits)
    }

    @Test func `a line without meters costs nothing`() {
        let empty = LineSettings(id: Path.ID("line-z"), transport: .tcp(host: "127.0.0.1", port: 502))
        let plan = LinePlan(empty, pilot: GatewayScene.pilot, pollSeconds: 60)
        #expect(plan.requests.isEmpty && plan.worstMilliseconds == 0 && plan.fits)
    }
}
