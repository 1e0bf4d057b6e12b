import Acquisition
import Metering
import Testing

@Suite struct FeedPullingTests {
    @Test func `a pull begins 72 hours before the watermark and follows every page`() async throws {
        let scene = try FeedScene([
            .page(records: 3, next: "a b&c=d/漏"), .page(records: 2, next: "2"), .page(records: 1, next: nil),
        ])
        try await scene.pull()
        let first = scene.script.asked.prefix(3)
        #expect(first.allSatisfy { $0["updated_since"] == "2026-11-20T00:00:00Z" && $0["limit"] == "1000" })
        #expect(first.map { $0["cursor"] } == [nil, "a b&c=d/漏", "2"])
        #expect(scene.records.prefix(3) == [3, 2, 1])
        #expect(scene.pages.allSatisfy { $0.path == Path.ID("feed") && $0.asked <= $0.answered })
    }

    @Test func `pulls come at the start and then on the full hour`() async throws {
        let scene = try FeedScene([], to: "2026-11-23T12:30:00Z")
        try await scene.pull()
        #expect(
            scene.reports.map(\.endedAt.description) == [
                "2026-11-23T09:17:42Z", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z",
                "2026-11-23T12:00:00Z",
            ]
        )
        #expect(scene.reports.allSatisfy { $0.failure == nil })
    }

    @Test func `a feed never pulled before is asked for all that may still be kept`() async throws {
        let scene = try FeedScene([], to: "2026-11-23T09:30:00Z")
        try await scene.pull(watermark: nil)
        #expect(scene.script.asked.first?["updated_since"] == "2025-10-16T09:17:42Z")
    }

    @Test(
        arguments: [
            (429, "120", Int64(120)), (503, "120", 120), (503, nil, 60),
            (429, "Mon, 23 Nov 2026 09:19:42 GMT", 120), (503, "Monday, 23-Nov-26 09:19:42 GMT", 120),
            (503, "Mon Nov 23 09:19:42 2026", 120), (429, "Tue, 24 Nov 2026 00:00:00 GMT", 3_600),
            (429, "Mon, 23 Nov 2026 09:00:00 GMT", 1), (429, "soon", 60),
            (429, "0", 1), (429, "999999", 3_600), (429, "-5", 1),
        ] as [(Int, String?, Int64)]
    )
    func `a server that asks for patience gets it, within bounds`(
        _ status: Int,
        _ retryAfter: String?,
        _ seconds: Int64
    ) async throws {
        let scene = try FeedScene(
            [
                .page(records: 1, next: "2"), .status(status, retryAfter: retryAfter),
                .page(records: 2, next: nil),
            ],
            to: "2026-11-23T10:18:00Z"
        )
        try await scene.pull()
        #expect(scene.script.asked.prefix(3).map { $0["cursor"] } == [nil, "2", "2"])
        try #require(scene.pages.count >= 2)
        #expect(scene.pages[1].asked - scene.pages[0].answered == seconds)
        #expect(scene.records.prefix(2) == [1, 2])
    }

    @Test func `a server that asks for patience for ever ends the pull`() async throws {
        let answers = [FeedAnswer](repeating: .status(503, retryAfter: "10"), count: 6)
        let scene = try FeedScene(answers + [.page(records: 1, next: nil)])
        try await scene.pull()
        #expect(scene.reports.map { $0.failure == nil } == [false, true])
        #expect(scene.script.asked.count == 7)
    }

    @Test func `an expired cursor begins again at the watermark`() async throws {
        let scene = try FeedScene([
            .page(records: 1, next: "old"), .status(410, retryAfter: nil), .page(records: 1, next: "new"),
            .page(records: 2, next: nil),
        ])
        try await scene.pull()
        #expect(scene.script.asked.prefix(4).map { $0["cursor"] } == [nil, "old", nil, "new"])
        #expect(Set(scene.script.asked.prefix(4).map { $0["updated_since"] }).count == 1)
        #expect(scene.reports.first?.failure == nil)
    }

    @Test(arguments: [
        ("an error of the server", FeedAnswer.status(500, retryAfter: nil)),
        ("no right", .status(401, retryAfter: nil)),
        ("gone without a cursor", .status(410, retryAfter: nil)),
        ("half a body", .half),
        ("no JSON", .body("<html>maintenance</html>")),
        ("another contract", .body(#"{"schema":"gas/1.0","records":[]}"#)),
    ])
    func `a failure ends one pull, is said once, and the next pull begins at the same place`(
        _ name: String,
        _ answer: FeedAnswer
    ) async throws {
        let scene = try FeedScene([answer, answer, .page(records: 2, next: nil)], to: "2026-11-23T11:30:00Z")
        try await scene.pull()
        #expect(scene.reports.map { $0.failure == nil } == [false, false, true])
        #expect(Set(scene.script.asked.map { $0["updated_since"] }).count == 1)
        #expect(scene.log.messages == ["Feed does not answer", "Feed answers again"])
        #expect(scene.records.last == 2)
    }

    @Test func `a page that breaks off in the middle of a pull is asked for again, a few times at most`()
        async throws
    {
        let few = try FeedScene(
            [.page(records: 1, next: "2"), .half, .half, .page(records: 2, next: nil)],
            to: "2026-11-23T09:30:00Z"
        )
        try await few.pull()
        #expect(few.script.asked.map { $0["cursor"] } == [nil, "2", "2", "2"])
        #expect(few.records == [1, 2] && few.reports.map(\.failure) == [nil])
        #expect(few.pages[1].asked - few.pages[0].answered == 3)
        let many = try FeedScene(
            [.page(records: 1, next: "2")] + [FeedAnswer](repeating: .half, count: 6),
            to: "2026-11-23T09:30:00Z"
        )
        try await many.pull()
        #expect(many.script.asked.count == 7)
        #expect(many.reports.map { $0.failure == nil } == [false])
    }

    @Test func `a long pull may lose a page here and there`() async throws {
        let pages = (1...20).flatMap { [FeedAnswer.half, .page(records: 1, next: $0 < 20 ? "\($0)" : nil)] }
        let scene = try FeedScene(Array(pages.dropFirst()), to: "2026-11-23T09:40:00Z")
        try await scene.pull()
        #expect(scene.records.count == 20 && scene.reports.map(\.failure) == [nil])
    }

    @Test func `a body that stalls is given up`() async throws {
        let scene = try FeedScene([.stalled], to: "2026-11-23T09:30:00Z")
        try await scene.pull(scene.settings(timeout: .milliseconds(300)))
        #expect(scene.pages.isEmpty)
        #expect(scene.reports.map { $0.failure == nil } == [false])
    }

    @Test func `a body beyond the limit is not read to its end`() async throws {
        let huge = String(repeating: "x", count: 50_000)
        let scene = try FeedScene([.body(huge)], to: "2026-11-23T09:30:00Z")
        try await scene.pull(scene.settings(bodyLimit: 10_000))
        #expect(scene.pages.isEmpty)
        #expect(scene.reports.first?.failure?.contains("10000") == true)
    }

    @Test func `a page that cannot be stored is asked for again`() async throws {
        let scene = try FeedScene([.page(records: 1, next: nil), .page(records: 1, next: nil)])
        try await scene.pull(refusals: 1)
        #expect(scene.reports.map { $0.failure == nil } == [false, true])
        #expect(scene.records == [1])
    }

    @Test func `a page that names itself as the next begins again, a few times at most`() async throws {
        let circle = [FeedAnswer](repeating: .page(records: 1, next: "2"), count: 12)
        let scene = try FeedScene(circle, to: "2026-11-23T09:30:00Z")
        try await scene.pull()
        #expect(scene.script.asked.map { $0["cursor"] } == (0..<6).flatMap { _ in [nil, "2"] })
        #expect(scene.reports.map { $0.failure == nil } == [false])
    }

    @Test func `a host that is not there is told`() async throws {
        let scene = try FeedScene([], to: "2026-11-23T09:30:00Z")
        try await scene.pull(scene.settings(timeout: .milliseconds(300)), isServed: false)
        #expect(scene.reports.map { $0.failure == nil } == [false])
    }

    @Test(arguments: [nil, "s3cret"] as [String?])
    func `the token proves who we are, and is never sent where none is set`(_ token: String?) async throws {
        let scene = try FeedScene([], to: "2026-11-23T09:30:00Z")
        try await scene.pull(scene.settings(authorisation: token.map { .token(Secret($0)) } ?? .none))
        #expect(scene.script.asked.map { $0["authorization"] } == [token.map { "Bearer \($0)" }])
    }
}
