import Acquisition
import Metering
import Testing

struct RedeliveryAskingTests {
    private let duties: Set<FeedDuty> = [.readings, .redelivery]

    private func request(_ meter: String, days: Int = 1) -> RedeliveryRequest {
        let first = LocalDay(daysSince1970: 20_779)
        return RedeliveryRequest(meter: Meter.ID(meter), days: first...first.advanced(by: days - 1))
    }

    private func scene(_ answers: [FeedAnswer], to end: String = "2026-11-23T09:30:00Z") throws -> FeedScene {
        try FeedScene([.page(records: 1, next: nil)] + answers, to: end)
    }

    @Test func `days that are owed are asked for after the pull, by meter and measuring days`() async throws {
        let scene = try scene([])
        try await scene.pull(duties: duties, owed: [request("TN1"), request("TN2", days: 3)])
        #expect(
            scene.script.asked.map { $0["path"] } == [
                "/v1/water/readings", "/v1/water/redelivery", "/v1/water/redelivery",
            ]
        )
        let bodies = scene.script.asked.dropFirst().compactMap { $0["body"] }
        #expect(bodies.allSatisfy { $0.contains(#""from":"2026-11-22""#) })
        #expect(bodies[0].contains(#""meter_id":"TN1""#) && bodies[0].contains(#""to":"2026-11-22""#))
        #expect(bodies[1].contains(#""meter_id":"TN2""#) && bodies[1].contains(#""to":"2026-11-24""#))
        #expect(scene.remembered == ["asked TN1", "asked TN2"])
    }

    @Test(arguments: [
        // What is wrong with one meter is not wrong with the next.
        (FeedAnswer.status(404, retryAfter: nil), "the feed answered 404", ["TN1", "TN2"]),
        (.status(422, retryAfter: nil), "the feed answered 422", ["TN1", "TN2"]),
        (.status(405, retryAfter: nil), "the feed answered 405", ["TN1"]),
        (.status(503, retryAfter: "5"), "the feed answered 503", ["TN1"]),
        (.status(500, retryAfter: nil), "the feed answered 500", ["TN1"]),
    ])
    func `a request that is not taken is counted and never fatal`(
        answer: FeedAnswer,
        reason: String,
        asked: [String]
    ) async throws {
        let scene = try scene([answer])
        try await scene.pull(duties: duties, owed: [request("TN1"), request("TN2")])
        #expect(scene.remembered.filter { $0.hasPrefix("asked") } == asked.map { "asked \($0)" })
        #expect(scene.remembered.filter { $0.hasPrefix("failed") } == ["failed TN1: \(reason)"])
        #expect(scene.reports.map(\.failure) == [nil])
        #expect(scene.log.messages == ["A request for missing days was not taken"])
    }

    @Test func `after a pull that failed nothing is asked`() async throws {
        let scene = try FeedScene([.status(500, retryAfter: nil)], to: "2026-11-23T09:30:00Z")
        try await scene.pull(duties: duties, owed: [request("TN1")])
        #expect(scene.script.asked.count == 1 && scene.remembered.isEmpty)
    }

    @Test func `a long silence does not become a storm of requests`() async throws {
        let scene = try scene([])
        try await scene.pull(duties: duties, owed: (0..<250).map { request("TN\($0)") })
        #expect(scene.remembered.count == 100)
    }

    @Test func `a feed that does not deliver again is not asked`() async throws {
        let scene = try scene([])
        let settings = FeedSettings(id: Path.ID("feed"), baseURL: scene.script.baseURL, redelivery: nil)
        try await scene.pull(settings, duties: duties, owed: [request("TN1")])
        #expect(scene.script.asked.count == 1)
    }
}

struct AlarmPullingTests {
    @Test func `alarms are pulled every five minutes, under a path of their own`() async throws {
        let scene = try FeedScene([], to: "2026-11-23T09:31:00Z")
        try await scene.pull(duties: [.alarms])
        #expect(scene.script.asked.allSatisfy { $0["path"] == "/v1/water/alarms" })
        #expect(
            scene.reports.map(\.endedAt.description) == [
                "2026-11-23T09:17:42Z", "2026-11-23T09:20:00Z", "2026-11-23T09:25:00Z",
                "2026-11-23T09:30:00Z",
            ]
        )
        #expect(scene.reports.allSatisfy { $0.path == Path.ID("feed/alarms") && $0.resource == .alarms })
        #expect(scene.pages.allSatisfy { $0.path == Path.ID("feed/alarms") && $0.resource == .alarms })
    }

    @Test func `alarms that fail are said once, in words of their own`() async throws {
        let down = [FeedAnswer](repeating: .status(404, retryAfter: nil), count: 2)
        let scene = try FeedScene(down, to: "2026-11-23T09:31:00Z")
        try await scene.pull(duties: [.alarms])
        #expect(scene.reports.map { $0.failure == nil } == [false, false, true, true])
        #expect(scene.log.messages == ["Feed gives no alarms", "Feed gives alarms again"])
    }

    @Test func `a feed without alarms is not asked for any`() async throws {
        let scene = try FeedScene([])
        let settings = FeedSettings(id: Path.ID("feed"), baseURL: scene.script.baseURL, alarmInterval: nil)
        try await scene.pull(settings, duties: [.alarms])
        #expect(scene.script.asked.isEmpty && scene.reports.isEmpty)
    }
}
